package diff

// rule is a kind of change, and whether it breaks clients.
type rule struct {
	name     string
	breaking bool
}

// side is who sends what has changed.
type side int

const (
	request side = iota
	response
)

// sided is a kind of change that counts for one side in another way than for the other.
type sided [2]rule

func (s sided) on(where side) rule { return s[where] }

// moved are what goes away, and what comes.
type moved struct{ removed, added rule }

func newSided(name string, request, response bool) sided {
	return sided{{"request-" + name, request}, {"response-" + name, response}}
}

// rules are all there are.
var rules = struct {
	operationRemoved, operationAdded, securityAdded, securityRemoved, parameterRemoved, parameterAdded                  rule
	parameterAddedRequired, parameterBecameRequired, parameterBecameOptional, bodyRemoved, bodyAdded, bodyAddedRequired rule
	bodyBecameRequired, bodyBecameOptional                                                                              rule
	server, responseStatus, errorStatus                                                                                 moved
	mediaTypeRemoved, mediaTypeAdded, typeNarrowed, typeWidened, typeChanged, enumNarrowed                              sided
	enumWidened, fieldAdded, fieldRequired, fieldOptional, fieldRemoved, formatChanged                                  sided
	formatDropped, formatAdded, variantRemoved, variantAdded                                                            sided
}{
	operationRemoved:        rule{"operation-removed", true},
	operationAdded:          rule{"operation-added", false},
	server:                  moved{rule{"server-removed", true}, rule{"server-added", false}},
	securityAdded:           rule{"security-added", true}, // what let in no longer does
	securityRemoved:         rule{"security-removed", false},
	parameterRemoved:        rule{"parameter-removed", true},
	parameterAdded:          rule{"parameter-added", false},
	parameterAddedRequired:  rule{"parameter-added-required", true},
	parameterBecameRequired: rule{"parameter-became-required", true},
	parameterBecameOptional: rule{"parameter-became-optional", false},
	bodyRemoved:             rule{"body-removed", true},
	bodyAdded:               rule{"body-added", false},
	bodyAddedRequired:       rule{"body-added-required", true},
	bodyBecameRequired:      rule{"body-became-required", true},
	bodyBecameOptional:      rule{"body-became-optional", false},
	responseStatus:          moved{rule{"response-status-removed", true}, rule{"response-status-added", false}},
	errorStatus:             moved{rule{"error-status-removed", false}, rule{"error-status-added", false}},
	mediaTypeRemoved:        newSided("media-type-removed", true, true),
	mediaTypeAdded:          newSided("media-type-added", false, false),
	typeNarrowed:            newSided("type-narrowed", true, false),
	typeWidened:             newSided("type-widened", false, true),
	typeChanged:             newSided("type-changed", true, true),
	enumNarrowed:            newSided("enum-narrowed", true, false),
	enumWidened:             newSided("enum-widened", false, true),
	fieldAdded:              newSided("field-added", false, false),
	fieldRequired:           newSided("field-required", true, false),
	fieldOptional:           newSided("field-optional", false, true),
	fieldRemoved:            newSided("field-removed", true, true),
	formatChanged:           newSided("format-changed", true, true),
	formatDropped:           newSided("format-dropped", false, true),
	formatAdded:             newSided("format-added", true, false),
	variantRemoved:          newSided("variant-removed", true, false),
	variantAdded:            newSided("variant-added", false, true),
}
