package sink

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

// database is a table of a SQLite file. Columns have no type: each value keeps its own.
type database struct {
	db      *sql.DB
	table   string
	fixed   []string
	columns []string
}

// openSQLite makes the file through root, so that no link leads it elsewhere; the driver then opens it by its path.
func openSQLite(root *os.Root, name string, o Options, fresh bool) (*database, error) {
	flags := os.O_CREATE | os.O_RDWR
	if fresh {
		flags |= os.O_EXCL
	}
	f, err := root.OpenFile(name, flags, 0o666)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(filepath.Join(root.Name(), filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=journal_mode(MEMORY)&_pragma=busy_timeout(5000)"}).String())
	if err != nil {
		return nil, err
	}
	d := &database{db: db, table: o.Table, fixed: o.Columns}
	if d.columns, err = d.existing(); err == nil && len(d.columns) == 0 && d.fixed != nil {
		err = d.widen(d.fixed)
	}
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

// existing are the columns that the table has already.
func (d *database) existing() (list []string, err error) {
	rows, err := d.db.QueryContext(context.Background(), "SELECT name FROM pragma_table_info(?)", d.table)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}

// quoted is a name in SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// known reports whether the table has the column; SQLite does not tell upper from lower case.
func (d *database) known(name string) bool {
	return slices.ContainsFunc(d.columns, func(c string) bool { return strings.EqualFold(c, name) })
}

func (d *database) widen(more []string) error {
	for _, name := range more {
		if d.known(name) {
			continue
		}
		statement := "ALTER TABLE " + quoted(d.table) + " ADD COLUMN " + quoted(name)
		if len(d.columns) == 0 {
			statement = "CREATE TABLE " + quoted(d.table) + " (" + quoted(name) + ")"
		}
		if _, err := d.db.ExecContext(context.Background(), statement); err != nil {
			return err
		}
		d.columns = append(d.columns, name)
	}
	return nil
}

func (d *database) Add(v any, hints []string) (err error) {
	var rows []map[string]any
	for _, r := range listOf(v) {
		rows = append(rows, flat(r))
	}
	if len(rows) == 0 {
		return nil
	}
	if d.fixed == nil {
		if err := d.widen(columnsOf(rows, d.columns, hints)); err != nil {
			return err
		}
	}
	names, marks := make([]string, len(d.columns)), make([]string, len(d.columns))
	for i, c := range d.columns {
		names[i], marks[i] = quoted(c), "?"
	}
	insert := "INSERT INTO " + quoted(d.table) + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	return d.together(insert, rows)
}

// together inserts all rows or none.
func (d *database) together(insert string, rows []map[string]any) (err error) {
	ctx := context.Background()
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	statement, err := tx.PrepareContext(ctx, insert)
	if err != nil {
		return err
	}
	values := make([]any, len(d.columns))
	for _, r := range rows {
		for i, c := range d.columns {
			if values[i], err = stored(r[c]); err != nil {
				return err
			}
		}
		if _, err = statement.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// stored is a value as SQLite has it; lists, objects and numbers beyond 64 bit are JSON.
func stored(v any) (any, error) {
	switch v := v.(type) {
	case nil, string, int, float64, bool:
		return v, nil
	}
	return marshal(v)
}

func (d *database) Close() error { return d.db.Close() }
