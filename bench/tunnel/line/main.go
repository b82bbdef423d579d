// A line between two network namespaces: `line <interface> <interface> <round trip> <loss in %>` makes two tun interfaces and carries
// every IP packet from one to the other after half the round trip, but for those that are lost.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// A line of 1 Gbit/s and 80 ms holds some 7,000 packets; more than this is lost, as in a router.
const queuePackets = 32768

type packet struct {
	due  time.Time
	data []byte
}

func main() {
	if len(os.Args) != 5 {
		fail("usage: line <interface> <interface> <round trip> <loss in %>")
	}
	roundTrip, err := time.ParseDuration(os.Args[3])
	if err != nil {
		fail(err)
	}
	loss, err := strconv.ParseFloat(os.Args[4], 64)
	if err != nil {
		fail(err)
	}
	a, b := openTun(os.Args[1]), openTun(os.Args[2])
	go carry(a, b, roundTrip/2, loss/100)
	go carry(b, a, roundTrip/2, loss/100)
	fmt.Println("ready")
	select {}
}

func carry(from, to int, delay time.Duration, loss float64) {
	queue := make(chan packet, queuePackets)
	go func() {
		for next := range queue {
			time.Sleep(time.Until(next.due))
			// A packet that the other end does not take is lost, like any other.
			_, _ = syscall.Write(to, next.data)
		}
	}()
	buffer := make([]byte, 65536)
	for {
		n, err := syscall.Read(from, buffer)
		if err != nil {
			// The interface is down until it is moved into its namespace.
			time.Sleep(time.Millisecond)
			continue
		}
		if rand.Float64() < loss {
			continue
		}
		select {
		case queue <- packet{time.Now().Add(delay), append([]byte(nil), buffer[:n]...)}:
		default:
		}
	}
}

func openTun(name string) int {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR, 0)
	if err != nil {
		fail("/dev/net/tun: ", err)
	}
	var request struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:15], name)
	request.flags = syscall.IFF_TUN | syscall.IFF_NO_PI
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		fail("tun interface ", name, ": ", errno)
	}
	return fd
}

func fail(what ...any) {
	fmt.Fprintln(os.Stderr, what...)
	os.Exit(1)
}
