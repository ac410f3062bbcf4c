package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// originDir makes this binary an origin that serves the folder named, with the trouble named.
const (
	originDir     = "SEINE_FLOOR_ORIGIN"
	originTrouble = "SEINE_FLOOR_TROUBLE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(originDir); dir != "" {
		if err := serve(troubled(http.FileServer(http.Dir(dir)), os.Getenv(originTrouble))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serve answers until standard input ends: with the process that started this one.
func serve(h http.Handler) error {
	var conf net.ListenConfig
	l, err := conf.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		l.Close()
	}()
	_ = http.Serve(l, h)
	return nil
}

// startOrigin serves a folder from another process, whose work is nobody's who is measured.
func startOrigin(b testing.TB, dir, trouble string) (playlist string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), originDir+"="+dir, originTrouble+"="+trouble)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + strings.TrimSpace(line) + "/index.m3u8"
}
