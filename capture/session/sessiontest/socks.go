package sessiontest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// SOCKS is a SOCKS5 server (RFC 1928) with names and passwords (RFC 1929), which reaches any name at this machine.
type SOCKS struct {
	User string // name:password that it wants, or empty

	wg    sync.WaitGroup
	mu    sync.Mutex
	heard []string // target and login
}

// Listen serves until the test ends.
func (s *SOCKS) Listen(t testing.TB) (address string) {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() {
				defer conn.Close()
				_ = s.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.wg.Wait()
	})
	return l.Addr().String()
}

// Heard are the targets that were asked for, each with the login.
func (s *SOCKS) Heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

func (s *SOCKS) serve(conn net.Conn) error {
	login, err := s.login(conn)
	if err != nil {
		return err
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	if head[3] != 3 { // not a name
		_, err := conn.Write([]byte{5, 8, 0, 1, 0, 0, 0, 0, 0, 0})
		return err
	}
	name, err := counted(conn)
	if err != nil {
		return err
	}
	port := make([]byte, 2)
	if _, err := io.ReadFull(conn, port); err != nil {
		return err
	}
	s.mu.Lock()
	s.heard = append(s.heard, strings.TrimSpace(name+" "+login))
	s.mu.Unlock()
	out, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", binary.BigEndian.Uint16(port))) //nolint:noctx // it ends with conn
	if err != nil {
		_, err = conn.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return err
	}
	if _, err := conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}); err != nil {
		out.Close()
		return err
	}
	Tunnel(conn, out)
	return nil
}

func (s *SOCKS) login(conn net.Conn) (string, error) {
	version := make([]byte, 1)
	if _, err := io.ReadFull(conn, version); err != nil {
		return "", err
	}
	methods, err := counted(conn)
	if err != nil {
		return "", err
	}
	if s.User == "" {
		_, err := conn.Write([]byte{5, 0})
		return "", err
	}
	if !strings.Contains(methods, "\x02") {
		_, _ = conn.Write([]byte{5, 0xff})
		return "", errors.New("no login")
	}
	if _, err := conn.Write([]byte{5, 2}); err != nil {
		return "", err
	}
	if _, err := io.ReadFull(conn, version); err != nil {
		return "", err
	}
	name, err := counted(conn)
	if err != nil {
		return "", err
	}
	password, err := counted(conn)
	if err != nil {
		return "", err
	}
	if name+":"+password != s.User {
		_, _ = conn.Write([]byte{1, 1})
		return "", errors.New("wrong login")
	}
	_, err = conn.Write([]byte{1, 0})
	return s.User, err
}

// counted reads a length of one byte, and that many.
func counted(r io.Reader) (string, error) {
	n := make([]byte, 1)
	if _, err := io.ReadFull(r, n); err != nil {
		return "", err
	}
	b := make([]byte, n[0])
	_, err := io.ReadFull(r, b)
	return string(b), err
}
