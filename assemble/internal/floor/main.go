// Command floor does the least that a film takes which comes as an HLS playlist: it reads the sockets, takes the transport
// stream apart and writes the samples. It is what `seine get` is measured against, and no downloader: it neither checks,
// retries nor resumes, and what it writes has no index, so nothing can play it.
//
//	floor [-conns 6] http://127.0.0.1:8080/index.m3u8 samples.bin
//
// With -copy it writes the segments as they are, of several playlists one after another: that is the least for those that are mp4 already.
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
	plain := flag.Bool("copy", false, "write segments as they are")
	flag.Parse()
	n := flag.NArg()
	if n < 2 || n > 2 && !*plain || *conns < 1 {
		fmt.Fprintln(os.Stderr, "usage: floor [-conns N] PLAYLIST FILE\n       floor [-conns N] -copy PLAYLIST… FILE")
		os.Exit(2)
	}
	do := run
	if *plain {
		do = func(string, string, int) error { return copyAll(flag.Args()[:n-1], flag.Arg(n-1), *conns) }
	}
	if err := do(flag.Arg(0), flag.Arg(1), *conns); err != nil {
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

// copyAll writes the segments of playlists to a file, and prints their number and that of their bytes.
func copyAll(playlists []string, output string, conns int) error {
	f, err := os.Create(output)
	if err != nil {
		return err
	}
	defer f.Close()
	segments, bytes := 0, 0
	for _, address := range playlists {
		list, err := readPlaylist(address)
		if err != nil {
			return err
		}
		err = fetch(list, conns, func(b []byte) error {
			segments, bytes = segments+1, bytes+len(b)
			_, err := f.Write(b)
			return err
		})
		if err != nil {
			return err
		}
	}
	fmt.Println(segments, bytes)
	return f.Close()
}
