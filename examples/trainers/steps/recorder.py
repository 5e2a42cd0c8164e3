"""Hands /get_reward on to TARE_URL and writes question and answer down.   python recorder.py PORT FILE"""
import http.server
import json
import os
import sys
import urllib.request


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = urllib.request.Request(os.environ["TARE_URL"] + self.path, body, {"Content-Type": "application/json"})
        answer = urllib.request.urlopen(asked, timeout=300).read()
        with open(sys.argv[2], "a") as log:
            log.write(json.dumps({"asked": json.loads(body), "answered": json.loads(answer)}) + "\n")
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Recorder).serve_forever()
