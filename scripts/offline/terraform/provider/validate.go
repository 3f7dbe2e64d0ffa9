package main

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// validate checks what Terraform leaves to a provider: enumerations, and values of what only the service decides.
func validate(schema *schema, config *tfprotov5.DynamicValue) ([]*tfprotov5.Diagnostic, error) {
	value, _, err := schema.decode(config)
	if err != nil {
		return nil, err
	}
	var diagnostics []*tfprotov5.Diagnostic
	err = tftypes.Walk(value, func(path *tftypes.AttributePath, value tftypes.Value) (bool, error) {
		if attribute, _ := schema.Block.find(path); attribute != nil {
			if diagnostic := attribute.refuse(path, value); diagnostic != nil {
				diagnostics = append(diagnostics, diagnostic)
			}
		}
		return true, nil
	})
	return diagnostics, err
}

// refuse words what is wrong with a value as the real provider does; nil for a good one.
func (a *attribute) refuse(path *tftypes.AttributePath, value tftypes.Value) *tfprotov5.Diagnostic {
	name := path.LastStep().(tftypes.AttributeName)
	if a.Computed && !a.Optional && !value.IsNull() {
		return problem(path, "Value for unconfigurable attribute", fmt.Sprintf(
			"Can't configure a value for %q: its value will be decided automatically based on the result of "+
				"applying this configuration.", name))
	}
	// The real provider takes the empty text for an absent value.
	text, known := knownText(value)
	if known && text != "" && len(a.Possible) > 0 && !slices.Contains(a.Possible, text) {
		return problem(path, fmt.Sprintf("expected %s to be one of %q, got %s", name, a.Possible, text), "")
	}
	return nil
}

func problem(path *tftypes.AttributePath, summary, detail string) *tfprotov5.Diagnostic {
	return &tfprotov5.Diagnostic{
		Severity: tfprotov5.DiagnosticSeverityError, Summary: summary, Detail: detail, Attribute: path,
	}
}
