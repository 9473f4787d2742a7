package main

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
)

// MongoDB wire protocol: a message starts with four little-endian int32 (length with this header, request id, id it
// answers, op code); an OP_MSG goes on with a uint32 of flags.
const (
	headerSize     = 16
	maxMessageSize = 48_000_000 + 16*1024 // maxMessageSizeBytes of the protocol, and room for the frame
	opMsg          = 2013
	flagMoreToCome = 1 << 1
)

var errSize = errors.New("message length out of range")

// serve forwards each client to a connection of its own at back, all of them together one request at a time, until ctx
// is done.
func serve(ctx context.Context, front net.Listener, back string) error {
	var turn sync.Mutex
	for {
		client, err := front.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer client.Close()
			server, err := net.Dial("tcp", back)
			if err != nil {
				return
			}
			defer server.Close()
			// FerretDB gives open connections some seconds before it stops.
			defer context.AfterFunc(ctx, func() { server.Close() })()
			forward(client, server, &turn)
		}()
	}
}

// forward passes requests and replies until either side closes. The turn is held only while the server works on a
// whole request: a client that sends slowly, reads slowly or goes away mid-request holds up nobody.
//
// FerretDB answers every request with exactly one message, also where the protocol wants none (moreToCome, that is
// writes with w: 0): that answer is awaited, so that the write is done before the next begins, and dropped. It never
// streams (its hello has no topologyVersion, so drivers poll, and no reply of its own sets moreToCome).
func forward(client, server net.Conn, turn *sync.Mutex) {
	for {
		request, err := readMessage(client)
		if err != nil {
			return
		}
		reply, err := exchange(server, request, turn)
		if err != nil {
			return
		}
		if !wantsReply(request) {
			continue
		}
		if _, err := client.Write(reply); err != nil {
			return
		}
	}
}

func exchange(server net.Conn, request []byte, turn *sync.Mutex) ([]byte, error) {
	// Only a getMore on a tailable cursor waits for data inside the server: in turn it would stop everybody else, and
	// it changes no document.
	if commandOf(request) != "getMore" {
		turn.Lock()
		defer turn.Unlock()
	}
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	return readMessage(server)
}

func readMessage(r io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n < headerSize || n > maxMessageSize {
		return nil, errSize
	}
	message := make([]byte, n)
	copy(message, size[:])
	_, err := io.ReadFull(r, message[len(size):])
	return message, err
}

func wantsReply(request []byte) bool {
	return !isMsg(request) || binary.LittleEndian.Uint32(request[headerSize:])&flagMoreToCome == 0
}

// commandOf is the first key of an OP_MSG's body document, the name of its command, or "" if the body does not come
// first (drivers put it there) or the message is of another kind.
func commandOf(request []byte) string {
	const body = headerSize + 4 // after the flags: kind (0 is the body), document length (4), element type (1), key
	const key = body + 1 + 4 + 1
	if !isMsg(request) || len(request) <= key || request[body] != 0 {
		return ""
	}
	for end := key; end < len(request); end++ {
		if request[end] == 0 {
			return string(request[key:end])
		}
	}
	return ""
}

func isMsg(message []byte) bool {
	return len(message) >= headerSize+4 && binary.LittleEndian.Uint32(message[12:]) == opMsg
}
