"""What PyPump 0.7 itself gets wrong on a current Python. Nothing about the server is patched."""

from pypump import PyPump


def apply():
    _write_header_values_as_text()


def _write_header_values_as_text():
    # Fault: Uploadable.from_file gives Content-Length as an integer, which requests refuses since 2.11.
    library_request = PyPump.request

    def request(self, *arguments, headers=None, **named):
        headers = {name: str(value) for name, value in (headers or {}).items()}
        return library_request(self, *arguments, headers=headers, **named)

    PyPump.request = request
