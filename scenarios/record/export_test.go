package record

// NamesJS is the part of the script that tells names from what was made up.
var NamesJS = namesJS

// ListsJS is the part that finds what is like something, with what it rests on.
var ListsJS = namesJS + elementsJS + selectorsJS + listsJS
