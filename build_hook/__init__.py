"""The build hook: files of other packages that go into the wheel (docs/decisions/0002)."""
