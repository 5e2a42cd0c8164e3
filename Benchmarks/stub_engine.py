#!/usr/bin/env python3
"""An engine that answers at once, for measuring what Tare itself takes: OpenRLHF's protocol, and every text's reward is its
length.

    python3 Benchmarks/stub_engine.py [--port 8000]

Prints the address when it listens. Needs nothing but Python 3.
"""
import argparse
import http.server
import json


class Engine(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two packets, and on a connection that is kept the second would wait 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self):
        """It does not say which model it serves."""
        self.send_error(404)

    def do_POST(self):
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["query"]
        body = json.dumps({"rewards": [float(len(text)) for text in texts]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def engine(port=0):
    """A server of it, which answers when `serve_forever` is called."""
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Engine)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    server = engine(parser.parse_args().port)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
