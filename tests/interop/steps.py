"""How a session tells what it has done."""


def heading(text):
    print(f"\n{text}", flush=True)


def ok(text):
    print(f"ok {text}", flush=True)
