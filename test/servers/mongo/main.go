// Command mongo is a MongoDB-protocol server for tests: FerretDB with SQLite inside, behind a forwarder that lets
// one request at a time through.
//
// FerretDB v1 runs an update as a read followed by a write, so of two clients racing for the same document both may
// win. With one request in flight over all connections each command is atomic, as it is on MongoDB. It is slow: use it
// for correctness, never for a figure of speed.
//
//	mongo -addr 127.0.0.1:27017 -dir ./data
//
// Once it accepts connections it prints one line, "ready 127.0.0.1:27017". It stops on SIGTERM and SIGINT.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:27017", "host:port to listen on, port 0 picks a free one")
	dir := flag.String("dir", "", "folder of the databases, made if it is missing")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	if err := run(ctx, *addr, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "mongo:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done, or a listener or the data folder is refused.
func run(ctx context.Context, addr, dir string) error {
	if dir == "" {
		return fmt.Errorf("-dir is missing: name the folder of the databases")
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}

	// Listen before FerretDB starts, so that a taken port is an error at once.
	front, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer front.Close()

	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + filepath.ToSlash(path) + "/",
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := make(chan error, 2)
	go func() { stopped <- db.Run(ctx) }()

	// MongoDBURI waits until FerretDB listens.
	back := strings.TrimSuffix(strings.TrimPrefix(db.MongoDBURI(), "mongodb://"), "/")
	go func() { stopped <- serve(ctx, front, back) }()
	fmt.Println("ready", front.Addr())

	select {
	case err = <-stopped:
	case <-ctx.Done():
		err = <-stopped
	}
	return err
}
