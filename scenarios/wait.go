package scenarios

import "time"

// WaitForElement waits until as many elements as Count and Operator say match one of the Selectors and, unless Visible is
// false, can be seen.
type WaitForElement struct {
	Base
	Place
	// Alternatives, tried in order.
	Selectors []Selector `seine:",short,required"`
	// How the number of elements compares with count; by default >=.
	Operator string `enum:">= == <=" seine:",raw"`
	// Number of elements; by default 1. With operator == and count 0 they must be gone.
	Count *int `min:"0"`
	// Whether they must be seen, or must not; by default they must.
	Visible *bool
	// Properties that they must have, as a part of what they are in JavaScript.
	Properties map[string]any
	// Attributes that they must have.
	Attributes map[string]string
}

// Wanted is the number that Operator compares with.
func (w WaitForElement) Wanted() int {
	if w.Count == nil {
		return 1
	}
	return *w.Count
}

// WaitForExpression waits until an expression in JavaScript is true. It needs --allow-js.
type WaitForExpression struct {
	Base
	Place
	// JavaScript; a promise is awaited. There is no ${…} of ours in it.
	Expression string `seine:",short,required,raw"`
}

// WaitForRequest waits until the page was answered. An answer counts that came since the last step that moved the page began.
type WaitForRequest struct {
	Base
	// Address, or a part of it with * for anything: */api/chapters?*
	URL string `seine:",short,required"`
	// Method; by default any.
	Method string `seine:",raw"`
	// Status of the answer; by default any from 200 to 299.
	Status int `min:"100" max:"599"`
	// Name for the answer: an object with url, status, headers, body (text) and, where it is JSON, json.
	As string `seine:",raw"`
}

// Listen stays on the page and does nothing to it.
type Listen struct {
	Base
	// How long, such as 10s.
	For time.Duration `seine:",short,required"`
}

// Within leaves time to look at the page.
func (l Listen) Within(UserFlow) time.Duration { return l.For + DefaultTimeout }

// Assert fails unless what it says is so: all of what is given. What is about the page is waited for.
type Assert struct {
	Base
	Place
	// An expression that must not give false or null, such as ${.rows | length == 20}.
	That any `seine:",short"`
	// An element that must be there: alternatives, tried in order.
	Selectors []Selector
	// Text that the element must have in it.
	Text string
	// How the number of elements compares with count; by default >=.
	Operator string `enum:">= == <=" seine:",raw"`
	// Number of elements; by default 1.
	Count *int `min:"0"`
	// Address of the page, or a part of it with * for anything.
	URL string
	// Title of the page, or a part of it with * for anything.
	Title string
	// What to say where it is not so.
	Message string
}

// Type names the step.
func (WaitForElement) Type() string { return "waitForElement" }

// Type names the step.
func (WaitForExpression) Type() string { return "waitForExpression" }

// Type names the step.
func (WaitForRequest) Type() string { return "waitForRequest" }

// Type names the step.
func (Listen) Type() string { return "listen" }

// Type names the step.
func (Assert) Type() string { return "assert" }
