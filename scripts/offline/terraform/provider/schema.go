package main

import (
	_ "embed"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schema.json
var schemaJSON []byte

// schemas has the layout of `terraform providers schema -json`.
type schemas struct {
	Source      string             `json:"source"` // beyond the layout: the provider's address
	Provider    *schema            `json:"provider"`
	Resources   map[string]*schema `json:"resource_schemas"`
	DataSources map[string]*schema `json:"data_source_schemas"`
	Ephemerals  map[string]*schema `json:"ephemeral_resource_schemas"`
}

type schema struct {
	Version int64  `json:"version"`
	Block   *block `json:"block"`
}

type block struct {
	Attributes map[string]*attribute   `json:"attributes"`
	Blocks     map[string]*nestedBlock `json:"block_types"`
}

// nestedBlock is, beyond the layout, Computed when the service fills it in.
type nestedBlock struct {
	Nesting  string `json:"nesting_mode"`
	MinItems int64  `json:"min_items"`
	MaxItems int64  `json:"max_items"`
	Block    *block `json:"block"`
	Computed bool   `json:"computed"`
}

// attribute has, beyond the layout, the possible values, the default, and a template of a value known in a plan.
type attribute struct {
	Type      valueType `json:"type"`
	Required  bool      `json:"required"`
	Optional  bool      `json:"optional"`
	Computed  bool      `json:"computed"`
	Sensitive bool      `json:"sensitive"`
	WriteOnly bool      `json:"write_only"`
	Possible  []string  `json:"possible"`
	Default   any       `json:"default"`
	Known     string    `json:"known"`
}

// valueType is a type as Terraform writes it in JSON: "string", or ["list", "string"].
type valueType struct{ tftypes.Type }

// Types that were read: there are few, and every start of the provider reads tens of thousands.
var valueTypes = map[string]tftypes.Type{}

func (t *valueType) UnmarshalJSON(text []byte) (err error) {
	known, ok := valueTypes[string(text)]
	if !ok {
		known, err = tftypes.ParseJSONType(text) //nolint:staticcheck // the only reader of this format
		valueTypes[string(text)] = known
	}
	t.Type = known
	return err
}

func loadSchemas() (*schemas, error) {
	found := &schemas{}
	return found, json.Unmarshal(schemaJSON, found)
}

var nestingModes = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov5.SchemaNestedBlockNestingModeList,
	"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
}

func protocols(found map[string]*schema) map[string]*tfprotov5.Schema {
	protocols := make(map[string]*tfprotov5.Schema, len(found))
	for name, schema := range found {
		protocols[name] = schema.protocol()
	}
	return protocols
}

func (s *schema) protocol() *tfprotov5.Schema {
	return &tfprotov5.Schema{Version: s.Version, Block: s.Block.protocol()}
}

func (b *block) protocol() *tfprotov5.SchemaBlock {
	protocol := &tfprotov5.SchemaBlock{}
	for name, attribute := range b.Attributes {
		protocol.Attributes = append(protocol.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: attribute.Type.Type, Required: attribute.Required, Optional: attribute.Optional,
			Computed: attribute.Computed, Sensitive: attribute.Sensitive, WriteOnly: attribute.WriteOnly,
		})
	}
	for name, nested := range b.Blocks {
		protocol.BlockTypes = append(protocol.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Block: nested.Block.protocol(), Nesting: nestingModes[nested.Nesting],
			MinItems: nested.MinItems, MaxItems: nested.MaxItems,
		})
	}
	return protocol
}

// decode returns a value of the schema, and its attributes and blocks by name; both are null for null.
func (s *schema) decode(encoded *tfprotov5.DynamicValue) (tftypes.Value, map[string]tftypes.Value, error) {
	value, err := encoded.Unmarshal(s.protocol().ValueType())
	if err != nil || value.IsNull() {
		return value, nil, err
	}
	var parts map[string]tftypes.Value
	return value, parts, value.As(&parts)
}

// find returns the attribute or the nested block at a path: neither for an element, or for a part of an attribute.
func (b *block) find(path *tftypes.AttributePath) (*attribute, *nestedBlock) {
	steps := path.Steps()
	for i, step := range steps {
		name, isName := step.(tftypes.AttributeName)
		if !isName {
			continue
		}
		last := i == len(steps)-1
		attribute, isAttribute := b.Attributes[string(name)]
		nested := b.Blocks[string(name)]
		switch {
		case last:
			return attribute, nested
		case isAttribute:
			return nil, nil
		}
		b = nested.Block
	}
	return nil, nil
}
