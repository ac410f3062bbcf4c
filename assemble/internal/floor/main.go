// Command floor does the least that a film takes which comes as an HLS playlist: it reads the sockets, takes the transport
// stream apart and writes the samples. It is what `seine get` is measured against, and no downloader: it neither checks,
// retries nor resumes, and what it writes has no index, so nothing can play it.
//
//	floor [-conns 6] http://127.0.0.1:8080/index.m3u8 samples.bin
//
// It prints the number of pictures and sound frames, and of their bytes. It reads what the benchmark of this package serves:
// H.264 and AAC with one picture or some whole sound frames in each PES packet, clear or under AES-128.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	conns := flag.Int("conns", 6, "connections at once")
	flag.Parse()
	if flag.NArg() != 2 || *conns < 1 {
		fmt.Fprintln(os.Stderr, "usage: floor [-conns N] PLAYLIST FILE")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *conns); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(address, output string, conns int) (err error) {
	list, err := readPlaylist(address)
	if err != nil {
		return err
	}
	f, err := os.Create(output)
	if err != nil {
		return err
	}
	defer f.Close()
	d := &demuxer{w: f, out: make([]byte, 0, 2*writeSize)}
	if err := fetch(list, conns, d.segment); err != nil {
		return err
	}
	if err := d.end(); err != nil {
		return err
	}
	fmt.Println(d.samples, d.bytes)
	return f.Close()
}
