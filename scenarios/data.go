package scenarios

// Query is a program in jq, without ${ } around it.
type Query string

// Field is a name with a value, in an order that is kept.
type Field struct {
	// Name of the field.
	Name string `seine:",key"`
	// Value; what is no text is written as JSON.
	Value any `seine:",short,required"`
}

// Request asks a server without the browser, with the session's cookies.
type Request struct {
	Base
	// Address.
	URL string `seine:",short,required"`
	// Method; by default GET, with a body POST.
	Method string `seine:",raw" enum:"GET HEAD POST PUT PATCH DELETE OPTIONS"`
	// Parameters to add to the address; an object or list as value is written as JSON.
	Query []Field
	// Headers.
	Headers []Field
	// Body, sent as JSON.
	JSON any
	// Body, sent as a form.
	Form []Field
	// Body, sent as it is.
	Body string
	// Status that the answer must have; by default any from 200 to 299.
	Status int `min:"100" max:"599"`
	// Name for the answer: an object with url, status, headers, body (text) and, where it is JSON, json.
	As string `seine:",raw"`
}

// Extract makes rows of the page, of HTML or of JSON. It takes one of rows, table and jq.
type Extract struct {
	Base
	Place
	// What to read: HTML as text, the answer of a request, or with jq any value; by default the page.
	From any
	// Elements that make a row each, in CSS or as xpath/….
	Rows string
	// Columns of a row; what they select lies in the row's element. Without rows there is one row: the page.
	Columns []Column
	// A table, in CSS or as xpath/…: its head names the columns.
	Table string
	// Program in jq that gives rows of JSON (or of From): .chapters[] | {id, title}.
	JQ Query `seine:"jq"`
	// Program in jq that each cell goes through, such as gsub("/"; "").
	Cell Query
	// Most rows to take.
	Limit int `min:"1"`
	// Name for the rows.
	As string `seine:",raw,required"`
}

// Column is a cell of each row.
type Column struct {
	// Name of the column.
	Name string `seine:",key"`
	// Element, in CSS or as xpath/…; by default the row's own.
	Select string `seine:",short"`
	// Attribute to take in place of the text. Links (href, src) are made absolute.
	Attribute string `seine:",raw"`
	// Take the HTML in the element in place of the text.
	HTML bool
	// Take all elements, as a list; by default the first one.
	All bool
	// Program in jq that the text goes through, such as gsub("/"; "") | tonumber.
	JQ Query `seine:"jq"`
	// A row without it is an error; by default the cell is null.
	Required bool
}

// Write writes a value to a file in the output folder.
type Write struct {
	Base
	// File name, relative to the output folder; what no file name may hold is replaced.
	File string `seine:",required"`
	// Text, a row (object) or a list of rows; text in a list is joined by lines.
	Value any `seine:",required"`
	// Format; by default what the file's extension says.
	Format string `enum:"csv json jsonl sqlite text" seine:",raw"`
	// Columns and their order; by default those of the first row.
	Columns []string `seine:",raw"`
	// Add to the file; in an each with workers in the order of its items.
	Append bool
}

// Download fetches files without the browser, with the session's cookies. What is there in part is gone on with.
// Its retries are those of each file.
type Download struct {
	Base
	// Addresses: one, or a list, of texts or of objects with url.
	URLs any `seine:"urls,short,required"`
	// Folder, relative to the output folder.
	Dir string
	// File name of each; ${.item} is the address or object, ${.index} its number from 0. By default the address says it.
	File string `seine:",late"`
	// Headers.
	Headers []Field
	// How many at once; by default the pool's workers.
	Workers int `min:"1" max:"64"`
	// Name for the list of files: objects with url, file, size (bytes), and error where one could not be had.
	As string `seine:",raw"`
}

// Screenshot writes what is seen to a PNG file.
type Screenshot struct {
	Base
	Place
	// File name, relative to the output folder.
	File string `seine:",short,required"`
	// Element to show; by default the window.
	Selectors []Selector
	// Show the whole page, not the window alone.
	FullPage bool
}

// PDF prints the page to a file.
type PDF struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// File name, relative to the output folder.
	File string `seine:",short,required"`
	// Paper; by default A4.
	Format string `enum:"A3 A4 A5 Letter Legal Tabloid" seine:",raw"`
	// Print across.
	Landscape bool
	// Print backgrounds.
	Background bool
}

// Type names the step.
func (Request) Type() string { return "request" }

// Type names the step.
func (Extract) Type() string { return "extract" }

// Type names the step.
func (Write) Type() string { return "write" }

// Type names the step.
func (Download) Type() string { return "download" }

// Type names the step.
func (Screenshot) Type() string { return "screenshot" }

// Type names the step.
func (PDF) Type() string { return "pdf" }
