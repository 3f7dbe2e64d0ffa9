package main

import (
	"fmt"
	"strings"

	sql "github.com/goccy/go-googlesql"
)

// Analyzer checks queries against a catalog of tables.
type Analyzer struct {
	options *sql.AnalyzerOptions
	types   *sql.TypeFactory
	root    *sql.SimpleCatalog
	folders map[string]*sql.SimpleCatalog
}

// NewAnalyzer builds the catalog. It fails on a type that BigQuery does not have.
func NewAnalyzer(tables []Table) (*Analyzer, error) {
	if err := sql.Init(); err != nil {
		return nil, err
	}
	language, err := bigQueryLanguage()
	if err != nil {
		return nil, err
	}
	options, err := sql.NewAnalyzerOptions(language)
	if err != nil {
		return nil, err
	}
	if err := options.SetErrorMessageMode(sql.ErrorMessageModeErrorMessageMultiLineWithCaret); err != nil {
		return nil, err
	}
	types, err := sql.NewTypeFactory()
	if err != nil {
		return nil, err
	}
	root, err := sql.NewSimpleCatalog("root", types)
	if err != nil {
		return nil, err
	}
	if err := root.AddBuiltinFunctionsAndTypes(&sql.BuiltinFunctionOptions{LanguageOptions: language}); err != nil {
		return nil, err
	}
	analyzer := &Analyzer{options, types, root, map[string]*sql.SimpleCatalog{"": root}}
	for _, table := range tables {
		if err := analyzer.addTable(table); err != nil {
			return nil, fmt.Errorf("table %s: %w", strings.Join(table.Path, "."), err)
		}
	}
	return analyzer, nil
}

func (a *Analyzer) addTable(table Table) error {
	last := len(table.Path) - 1
	folder, err := a.folder(table.Path[:last])
	if err != nil {
		return err
	}
	added, err := sql.NewSimpleTable(table.Path[last], 0)
	if err != nil {
		return err
	}
	if err := added.SetFullName(strings.Join(table.Path, ".")); err != nil {
		return err
	}
	for _, column := range table.Columns {
		columnType, err := sql.AnalyzeType(column.Type, a.options, a.root, a.types)
		if err != nil {
			return fmt.Errorf("column %s: %w", column.Name, err)
		}
		typed, err := sql.NewSimpleColumn(table.Path[last], column.Name, columnType, false, true)
		if err != nil {
			return err
		}
		if err := added.AddColumn2(typed, false); err != nil {
			return err
		}
	}
	return folder.AddTable(added)
}

// folder returns the catalog of a project or dataset and makes it where it is missing.
func (a *Analyzer) folder(path []string) (*sql.SimpleCatalog, error) {
	key := strings.Join(path, ".")
	if found, ok := a.folders[key]; ok {
		return found, nil
	}
	last := len(path) - 1
	parent, err := a.folder(path[:last])
	if err != nil {
		return nil, err
	}
	added, err := sql.NewSimpleCatalog(path[last], a.types)
	if err != nil {
		return nil, err
	}
	a.folders[key] = added
	return added, parent.AddCatalog(added)
}

// Check returns a query resolved, or nothing and the analyzer's message for one that BigQuery would refuse, and one
// message for each column that differs from those the query must return.
func (a *Analyzer) Check(query Query) (*sql.AnalyzerOutput, []string) {
	output, err := sql.AnalyzeStatement(query.SQL, a.options, a.root, a.types)
	if err != nil {
		return nil, []string{err.Error()}
	}
	if query.Columns == nil {
		return output, nil
	}
	returned, err := returnedTypes(output)
	if err != nil {
		return output, []string{err.Error()}
	}
	return output, a.differences(query.Columns, returned)
}

func (a *Analyzer) differences(wanted []Column, returned map[string]string) []string {
	var messages []string
	for _, column := range wanted {
		found, ok := returned[column.Name]
		switch {
		case !ok:
			messages = append(messages, fmt.Sprintf("column %s of the contract is not returned", column.Name))
		case !strings.EqualFold(found, column.Type):
			messages = append(messages, fmt.Sprintf("column %s is %s, the contract says %s",
				column.Name, found, strings.ToUpper(column.Type)))
		}
	}
	if extra := len(returned) - len(wanted); len(messages) == 0 && extra > 0 {
		messages = append(messages, fmt.Sprintf("the query returns %d columns that the contract does not have", extra))
	}
	return messages
}

// returnedTypes maps the columns that a query returns to the names of their types.
func returnedTypes(output *sql.AnalyzerOutput) (map[string]string, error) {
	statement, err := output.ResolvedStatement()
	if err != nil {
		return nil, err
	}
	query, ok := statement.(*sql.ResolvedQueryStmt)
	if !ok {
		return nil, fmt.Errorf("a model must be a query, this is %T", statement)
	}
	columns, err := query.OutputColumnList()
	if err != nil {
		return nil, err
	}
	types := make(map[string]string, len(columns))
	for _, column := range columns {
		name, err := column.Name()
		if err != nil {
			return nil, err
		}
		if types[name], err = typeName(column); err != nil {
			return nil, err
		}
	}
	return types, nil
}

func typeName(column *sql.ResolvedOutputColumn) (string, error) {
	resolved, err := column.Column()
	if err != nil {
		return "", err
	}
	columnType, err := resolved.Type()
	if err != nil {
		return "", err
	}
	// Every type has a name, though the binding's common interface leaves it out.
	named, ok := columnType.(interface {
		TypeName(sql.ProductMode) (string, error)
	})
	if !ok {
		return "", fmt.Errorf("no name for a %T", columnType)
	}
	return named.TypeName(sql.ProductModeProductExternal)
}
