/// The only values that templates can change.

/// What `namespace()` makes: its attributes can be set from within loops.
final class Namespace {
  var attributes: [String: Value]

  init(_ attributes: [String: Value]) { self.attributes = attributes }
}
