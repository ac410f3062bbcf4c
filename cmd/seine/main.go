// Command seine casts a real browser and hauls in what a web page hides.
package main

func main() {}
