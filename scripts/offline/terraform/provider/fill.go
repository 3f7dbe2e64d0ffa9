package main

import (
	"math/big"
	"regexp"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var argument = regexp.MustCompile(`\{(\w+)\}`)

// fill gives values to what a configuration leaves out; `decided` makes one for what the service would decide.
func (p *provider) fill(schema *schema, encoded *tfprotov5.DynamicValue, decided func(string, tftypes.Type) tftypes.Value) (*tfprotov5.DynamicValue, error) {
	config, arguments, err := schema.decode(encoded)
	if err != nil {
		return nil, err
	}
	filled, err := tftypes.Transform(config, func(path *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		attribute, nested := schema.Block.find(path)
		switch {
		case attribute != nil && attribute.WriteOnly:
			return tftypes.NewValue(value.Type(), nil), nil
		case attribute != nil && value.IsNull():
			return p.absent(string(path.LastStep().(tftypes.AttributeName)), attribute, arguments, decided), nil
		case nested != nil && nested.Computed && isEmpty(value):
			return decided("", value.Type()), nil
		}
		return value, nil
	})
	if err != nil {
		return nil, err
	}
	result, err := tfprotov5.NewDynamicValue(config.Type(), filled)
	return &result, err
}

func (p *provider) absent(name string, attribute *attribute, arguments map[string]tftypes.Value, decided func(string, tftypes.Type) tftypes.Value) tftypes.Value {
	kind := attribute.Type.Type
	if text, ok := p.known(attribute.Known, arguments); ok {
		return tftypes.NewValue(kind, text)
	}
	switch value := attribute.Default.(type) {
	case float64:
		return tftypes.NewValue(kind, big.NewFloat(value))
	case string, bool:
		return tftypes.NewValue(kind, value)
	}
	if attribute.Computed {
		return decided(name, kind)
	}
	return tftypes.NewValue(kind, nil)
}

// known fills a template; there is no text while one of its arguments is unknown.
func (p *provider) known(template string, arguments map[string]tftypes.Value) (string, bool) {
	complete := template != ""
	text := argument.ReplaceAllStringFunc(template, func(match string) string {
		name := match[1 : len(match)-1]
		if value := arguments[name]; !value.IsNull() {
			text, ok := knownText(value)
			complete = complete && ok
			return text
		}
		text, ok := p.settings[name]
		complete = complete && ok
		return text
	})
	return text, complete
}

func isEmpty(value tftypes.Value) bool {
	var items []tftypes.Value
	return value.IsKnown() && value.As(&items) == nil && len(items) == 0
}

func unknown(_ string, kind tftypes.Type) tftypes.Value {
	return tftypes.NewValue(kind, tftypes.UnknownValue)
}

// placeholder is a value that nobody takes for the service's answer.
func placeholder(name string, kind tftypes.Type) tftypes.Value {
	switch kind := kind.(type) {
	case tftypes.Object:
		parts := map[string]tftypes.Value{}
		for part, partKind := range kind.AttributeTypes {
			parts[part] = placeholder(part, partKind)
		}
		return tftypes.NewValue(kind, parts)
	case tftypes.List: // one element, for code that asks for the first
		return tftypes.NewValue(kind, []tftypes.Value{placeholder(name, kind.ElementType)})
	case tftypes.Set:
		return tftypes.NewValue(kind, []tftypes.Value{})
	case tftypes.Map:
		return tftypes.NewValue(kind, map[string]tftypes.Value{})
	}
	switch {
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, 0)
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, false)
	}
	return tftypes.NewValue(kind, "placeholder-"+name)
}
