package record

// NamesJS is the part of the script that tells names from what was made up.
var NamesJS = namesJS
