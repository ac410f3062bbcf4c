package sessiontest

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// NobodyThere takes a port of 127.0.0.1 at which connections are refused until it is freed: bound, so that nobody else gets it
// meanwhile, as happens to one that was closed, and not listened at.
func NobodyThere() (port int, free func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return 0, nil, fmt.Errorf("a socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), "nobody")
	err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	if err != nil {
		_ = f.Close()
		return 0, nil, fmt.Errorf("binding it: %w", err)
	}
	syscall.CloseOnExec(fd)
	name, err := syscall.Getsockname(fd)
	if at, ok := name.(*syscall.SockaddrInet4); ok && err == nil {
		return at.Port, func() { _ = f.Close() }, nil
	}
	_ = f.Close()
	return 0, nil, fmt.Errorf("the port of %v: %w", name, errors.Join(err, os.ErrInvalid))
}
