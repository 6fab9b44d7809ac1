"""ClickHouse for development and tests: its engine (chdb), on the directory given, behind the HTTP interface on the port
given, as far as the official client needs it. One query at a time; whoever asks on this machine is let in.
Run as: python3 clickhouse.py PORT DIRECTORY, with chdb on PYTHONPATH."""
import gzip
import re
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb.session import Session

PORT, DIRECTORY = int(sys.argv[1]), sys.argv[2]
# Parameters of a request that are no settings of its query.
OF_REQUESTS = {"query", "query_id", "database", "session_id", "role", "user", "password", "wait_end_of_query"}
STATUS = {"60": 404, "81": 404, "57": 409, "82": 409, "159": 408, "241": 500}

engine = Session(DIRECTORY)
one_at_a_time = threading.Lock()


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def run(query, asked):
    """The engine is one session: the settings of a query are put back after it."""
    parameters = {name[6:]: value for name, value in asked.items() if name.startswith("param_")}
    settings = {name: value for name, value in asked.items() if name not in OF_REQUESTS and name[:6] != "param_"}
    with one_at_a_time:
        engine.query("USE `%s`" % asked.get("database", "default"))
        try:
            if settings:
                engine.query("SET " + ", ".join("%s = %s" % (name, quoted(value)) for name, value in settings.items()))
            return engine.query(query, "TabSeparated", params=parameters).bytes()
        finally:
            if settings:
                engine.query("SET " + ", ".join("%s = DEFAULT" % name for name in settings))


def parts_of(body, boundary):
    """Of a form: the query, and parameters that are too long for a URL."""
    for part in body.split("--%s\r\n" % boundary)[1:]:
        head, value = part.split("\r\n\r\n", 1)
        yield re.search('name="(.*?)"', head)[1], value.split("\r\n--%s" % boundary)[0].removesuffix("\r\n")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        self.answer(200, b"Ok.\n") if urlsplit(self.path).path == "/ping" else self.do_POST()

    def do_POST(self):
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        body = self.body()
        if "boundary=" in self.headers.get("Content-Type", ""):
            asked.update(parts_of(body, self.headers["Content-Type"].split("boundary=")[1]))
            body = ""
        query = "\n".join(part for part in (asked.get("query", ""), body) if part)
        try:
            self.answer(200, run(query, asked), {"X-ClickHouse-Query-Id": asked.get("query_id", "")})
        except Exception as error:
            code = (re.match(r"Code: (\d+)", str(error)) or [None, "1002"])[1]
            self.answer(STATUS.get(code, 400), str(error).encode(), {"X-ClickHouse-Exception-Code": code})

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            given = b"".join(parts)
        else:
            given = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return (gzip.decompress(given) if self.headers.get("Content-Encoding") == "gzip" else given).decode()

    def answer(self, status, body, headers={}):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
server.daemon_threads = True
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
with one_at_a_time:
    engine.close()
