// Command provider stands in for a provider of the registry: it knows its schema and reaches no service.
//
// It validates and plans. A plan holds the configuration, what the schema says of defaults and known values, and
// unknowns for everything else that the service would decide. It applies nothing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func main() {
	schemas, err := loadSchemas()
	if err != nil {
		log.Fatal(err)
	}
	server := &provider{schemas: schemas, settings: map[string]string{}}
	if err := tf5server.Serve(schemas.Source, func() tfprotov5.ProviderServer { return server }); err != nil {
		log.Fatal(err)
	}
}

// provider embeds an interface that is nil: without a state, Terraform never calls the methods that are not here.
type provider struct {
	tfprotov5.ProviderServer
	schemas  *schemas
	settings map[string]string // project, region and zone of the provider block
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		Provider:                 p.schemas.Provider.protocol(),
		ResourceSchemas:          protocols(p.schemas.Resources),
		DataSourceSchemas:        protocols(p.schemas.DataSources),
		EphemeralResourceSchemas: protocols(p.schemas.Ephemerals),
	}, nil
}

// GetResourceIdentitySchemas is asked for by Terraform 1.12 and newer.
func (p *provider) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (p *provider) PrepareProviderConfig(_ context.Context, request *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, request *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	_, arguments, err := p.schemas.Provider.decode(request.Config)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"project", "region", "zone"} {
		if text, ok := knownText(arguments[name]); ok {
			p.settings[name] = text
		}
	}
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (p *provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (p *provider) ValidateResourceTypeConfig(_ context.Context, request *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	diagnostics, err := validate(p.schemas.Resources[request.TypeName], request.Config)
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: diagnostics}, err
}

func (p *provider) ValidateDataSourceConfig(_ context.Context, request *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	diagnostics, err := validate(p.schemas.DataSources[request.TypeName], request.Config)
	return &tfprotov5.ValidateDataSourceConfigResponse{Diagnostics: diagnostics}, err
}

func (p *provider) PlanResourceChange(_ context.Context, request *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	planned, err := p.fill(p.schemas.Resources[request.TypeName], request.ProposedNewState, unknown)
	// The real provider is built on the old type system too, which lets an absent block be unknown.
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: planned, UnsafeToUseLegacyTypeSystem: true}, err
}

func (p *provider) ReadDataSource(_ context.Context, request *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	state, err := p.fill(p.schemas.DataSources[request.TypeName], request.Config, placeholder)
	return &tfprotov5.ReadDataSourceResponse{State: state}, err
}

func (p *provider) ValidateEphemeralResourceConfig(_ context.Context, request *tfprotov5.ValidateEphemeralResourceConfigRequest) (*tfprotov5.ValidateEphemeralResourceConfigResponse, error) {
	diagnostics, err := validate(p.schemas.Ephemerals[request.TypeName], request.Config)
	return &tfprotov5.ValidateEphemeralResourceConfigResponse{Diagnostics: diagnostics}, err
}

func (p *provider) OpenEphemeralResource(_ context.Context, request *tfprotov5.OpenEphemeralResourceRequest) (*tfprotov5.OpenEphemeralResourceResponse, error) {
	result, err := p.fill(p.schemas.Ephemerals[request.TypeName], request.Config, placeholder)
	return &tfprotov5.OpenEphemeralResourceResponse{Result: result}, err
}

func (p *provider) CloseEphemeralResource(context.Context, *tfprotov5.CloseEphemeralResourceRequest) (*tfprotov5.CloseEphemeralResourceResponse, error) {
	return &tfprotov5.CloseEphemeralResourceResponse{}, nil
}

func (p *provider) ApplyResourceChange(_ context.Context, request *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	return &tfprotov5.ApplyResourceChangeResponse{
		NewState: request.PriorState,
		Diagnostics: []*tfprotov5.Diagnostic{{
			Severity: tfprotov5.DiagnosticSeverityError,
			Summary:  "This provider applies nothing",
			Detail: "This stands in for " + p.schemas.Source + " where the registry cannot be reached: " +
				"it knows the schema alone and applies nothing.",
		}},
	}, nil
}

// knownText is the text of a value that is known, and not null.
func knownText(value tftypes.Value) (string, bool) {
	if value.IsNull() || !value.IsKnown() || !value.Type().Is(tftypes.String) {
		return "", false
	}
	var text string
	return text, value.As(&text) == nil
}
