package main

import (
	"fmt"
	"slices"

	sql "github.com/goccy/go-googlesql"
)

// always stands for what a query needs whoever asks for its columns: its output, and all that filters, joins or groups.
const always = int32(0)

// reader follows columns from a query's output down to the tables, as BigQuery does before it reads: a column that
// nothing needs is not read, through however many levels of `select *`.
type reader struct {
	needs    map[int32][]int32               // a column, or always: the columns it is made of
	scanned  map[int32]scanned               // a column of a scan: where it comes from
	tables   []string                        // every table, also one that no column is needed of
	queries  map[string]sql.ResolvedScanNode // what stands behind the name of a WITH clause
	withRefs []*sql.ResolvedWithRefScan
	windows  int
}

type scanned struct{ table, column string }

// readsOf says which columns of which tables a resolved query needs, and how many of its windows span all rows.
func readsOf(name string, output *sql.AnalyzerOutput) (Reads, error) {
	reads := Reads{Name: name, Tables: map[string][]string{}}
	statement, err := output.ResolvedStatement()
	if err != nil {
		return reads, err
	}
	r := &reader{
		needs:   map[int32][]int32{},
		scanned: map[int32]scanned{},
		queries: map[string]sql.ResolvedScanNode{},
	}
	if err := r.walk(statement, always); err != nil {
		return reads, err
	}
	if err := r.resolveNames(); err != nil {
		return reads, err
	}
	for _, table := range r.tables {
		reads.Tables[table] = []string{}
	}
	for _, column := range r.needed() {
		if from, ok := r.scanned[column]; ok && !slices.Contains(reads.Tables[from.table], from.column) {
			reads.Tables[from.table] = append(reads.Tables[from.table], from.column)
		}
	}
	reads.Windows = r.windows
	return reads, nil
}

// needed returns every column that the output is made of.
func (r *reader) needed() []int32 {
	seen := map[int32]bool{}
	found := []int32{}
	next := []int32{always}
	for len(next) > 0 {
		column := next[0]
		next = next[1:]
		if seen[column] {
			continue
		}
		seen[column] = true
		found = append(found, column)
		next = append(next, r.needs[column]...)
	}
	slices.Sort(found)
	return found
}

// walk notes what a node needs; owner is the column that the node computes, or always.
func (r *reader) walk(node sql.ResolvedNode, owner int32) error {
	var err error
	switch found := node.(type) {
	case *sql.ResolvedColumnRef:
		err = r.needColumn(owner, found.Column)
	case *sql.ResolvedOutputColumn:
		err = r.needColumn(always, found.Column)
	case *sql.ResolvedComputedColumn:
		var column *sql.ResolvedColumn
		if column, err = found.Column(); err == nil {
			owner, err = column.ColumnId()
		}
	case *sql.ResolvedSubqueryExpr:
		err = r.needSubquery(owner, found)
	case *sql.ResolvedAggregateScan:
		err = r.needGroups(found)
	case *sql.ResolvedSetOperationScan:
		err = r.needItems(found)
	case *sql.ResolvedTableScan:
		err = r.addScan(found)
	case *sql.ResolvedWithRefScan:
		r.withRefs = append(r.withRefs, found)
	case *sql.ResolvedWithEntry:
		err = r.addQuery(found)
	case *sql.ResolvedAnalyticScan:
		err = r.addWindows(found)
	}
	if err != nil {
		return err
	}
	children, err := node.GetChildNodes()
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := r.walk(child, owner); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) needColumn(owner int32, column func() (*sql.ResolvedColumn, error)) error {
	found, err := column()
	if err != nil {
		return err
	}
	id, err := found.ColumnId()
	r.needs[owner] = append(r.needs[owner], id)
	return err
}

func (r *reader) needSubquery(owner int32, subquery *sql.ResolvedSubqueryExpr) error {
	scan, err := subquery.Subquery()
	if err != nil {
		return err
	}
	columns, err := columnsOf(scan)
	r.needs[owner] = append(r.needs[owner], columns...)
	return err
}

// needGroups: what rows are grouped by decides how many there are.
func (r *reader) needGroups(scan *sql.ResolvedAggregateScan) error {
	groups, err := scan.GroupByList()
	if err != nil {
		return err
	}
	for _, group := range groups {
		if err := r.needColumn(always, group.Column); err != nil {
			return err
		}
	}
	return nil
}

// needItems: a column of UNION ALL is made of one column of each part; the others compare whole rows.
func (r *reader) needItems(scan *sql.ResolvedSetOperationScan) error {
	kind, err := scan.OpType()
	if err != nil {
		return err
	}
	outputs, err := ids(scan.ColumnList())
	if err != nil {
		return err
	}
	items, err := scan.InputItemList()
	if err != nil {
		return err
	}
	for _, item := range items {
		inputs, err := ids(item.OutputColumnList())
		if err != nil {
			return err
		}
		r.link(outputs, inputs)
		if kind != sql.ResolvedSetOperationScanEnums_SetOperationTypeUnionAll {
			r.needs[always] = append(r.needs[always], inputs...)
		}
	}
	return nil
}

func (r *reader) addScan(scan *sql.ResolvedTableScan) error {
	table, err := scan.Table()
	if err != nil {
		return err
	}
	name, err := table.FullName()
	if err != nil {
		return err
	}
	r.tables = append(r.tables, name)
	columns, err := scan.ColumnList()
	if err != nil {
		return err
	}
	for _, column := range columns {
		id, err := column.ColumnId()
		if err != nil {
			return err
		}
		of, err := column.Name()
		if err != nil {
			return err
		}
		r.scanned[id] = scanned{name, of}
	}
	return nil
}

func (r *reader) addQuery(entry *sql.ResolvedWithEntry) error {
	name, err := entry.WithQueryName()
	if err != nil {
		return err
	}
	r.queries[name], err = entry.WithSubquery()
	return err
}

// resolveNames ties the columns of each reference to a WITH clause to those of the query behind its name.
func (r *reader) resolveNames() error {
	for _, scan := range r.withRefs {
		name, err := scan.WithQueryName()
		if err != nil {
			return err
		}
		outputs, err := ids(scan.ColumnList())
		if err != nil {
			return err
		}
		inputs, err := columnsOf(r.queries[name])
		if err != nil {
			return err
		}
		r.link(outputs, inputs)
	}
	return nil
}

func (r *reader) link(outputs, inputs []int32) {
	for i, output := range outputs {
		r.needs[output] = append(r.needs[output], inputs[i])
	}
}

// addWindows counts the windows of one level of a query that span all rows. Groups are few, so theirs do not count.
func (r *reader) addWindows(scan *sql.ResolvedAnalyticScan) error {
	input, err := scan.InputScan()
	if err != nil {
		return err
	}
	if isOfGroups, err := ofGroups(input); isOfGroups || err != nil {
		return err
	}
	windows, err := scan.FunctionGroupList()
	if err != nil {
		return err
	}
	for _, window := range windows {
		partition, err := window.PartitionBy()
		if err != nil {
			return err
		}
		if partition == nil {
			r.windows++
		}
	}
	return nil
}

// ofGroups tells whether a scan gives the groups of GROUP BY as they are, or expressions of them.
func ofGroups(scan sql.ResolvedScanNode) (bool, error) {
	switch found := scan.(type) {
	case *sql.ResolvedAggregateScan:
		return true, nil
	case *sql.ResolvedProjectScan:
		input, err := found.InputScan()
		if err != nil {
			return false, err
		}
		return ofGroups(input)
	}
	return false, nil
}

// columnsOf returns the ids of what a scan gives. Every scan has them, though the binding's common interface leaves them
// out.
func columnsOf(scan sql.ResolvedScanNode) ([]int32, error) {
	found, ok := scan.(interface {
		ColumnList() ([]*sql.ResolvedColumn, error)
	})
	if !ok {
		return nil, fmt.Errorf("no columns for a %T", scan)
	}
	return ids(found.ColumnList())
}

func ids(columns []*sql.ResolvedColumn, err error) ([]int32, error) {
	found := make([]int32, len(columns))
	for i, column := range columns {
		if err != nil {
			break
		}
		found[i], err = column.ColumnId()
	}
	return found, err
}
