/// `value.name`, `value[key]` and `value[a:b:c]`, with Jinja's rule that either finds both a Python
/// attribute and an item; a dot looks for the attribute first, brackets for the item.

extension Value {
  /// What `.name` gives; undefined if there is none.
  /// - Parameter itemsToo: whether an entry of a dict by that name will do.
  func attribute(_ name: String, itemsToo: Bool = true) throws(Fault) -> Value {
    if case .undefined(let message) = self { throw .undefined(message) }
    if let own = try ownAttribute(name) { return own }
    if itemsToo, case .dict(let dict) = self, let value = dict[name] { return value }
    return missing(name)
  }

  /// What `[key]` gives; undefined if there is none.
  func item(_ key: Value) throws(Fault) -> Value {
    if case .undefined(let message) = self { throw .undefined(message) }
    if case .markup(let text) = self { return try Value.string(text).item(key).marked }
    let key = key.plain
    if let found = try ownItem(key) { return found }
    guard case .string(let name) = key else {
      return .undefined("\(objectName) has no element \(key.representation)")
    }
    return try ownAttribute(name) ?? missing(name)
  }

  private func missing(_ name: String) -> Value {
    .undefined("\(objectName.pythonRepresentation) has no attribute \(name.pythonRepresentation)")
  }

  private func ownItem(_ key: Value) throws(Fault) -> Value? {
    if case .dict(let dict) = self {
      if case .list = key { return nil }
      if case .dict = key { return nil }
      return dict[key]
    }
    guard let index = key.index else { return nil }
    switch self {
    case .string(let text):
      guard let place = Self.place(index, in: text.unicodeScalars.count) else { return nil }
      let scalars = text.unicodeScalars
      return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: place)]))
    case .list(let items), .tuple(let items):
      return Self.place(index, in: items.count).map { items.values[$0] }
    case .range(let range):
      return Self.place(index, in: range.count).map { .int(range.start + $0 * range.step) }
    default: return nil
    }
  }

  /// The offset from the start that an index stands for, if it is within.
  private static func place(_ index: Int, in count: Int) -> Int? {
    let place = index < 0 ? index + count : index
    return (0..<count).contains(place) ? place : nil
  }

  /// A method or other Python attribute.
  private func ownAttribute(_ name: String) throws(Fault) -> Value? {
    switch self {
    case .namespace(let namespace): if let value = namespace.attributes[name] { return value }
    case .loop(let loop): if let value = try loop.attribute(name) { return value }
    case .macro(let macro): if let value = try macro.attribute(name) { return value }
    case .tuple(let items):
      if let place = items.names.firstIndex(of: name) { return items.values[place] }
    case .int, .bool, .float: if let value = numberPart(name) { return value }
    case .range(let range): if let value = range.attribute(name) { return value }
    default: break
    }
    if name.utf8.starts(with: "__".utf8), name.hasSuffix("__") { return unsafe(name) }
    guard let methods = Methods.table(of: self) else { return nil }
    if let builtin = methods.allowed[name] {
      return .function(Function(name: name, builtin: builtin, subject: self))
    }
    return methods.changing.contains(name) ? unsafe(name) : nil
  }

  /// What Python's numbers have besides methods.
  private func numberPart(_ name: String) -> Value? {
    let isFloat = if case .float = self { true } else { false }
    return switch name {
    case "real": isFloat ? self : index.map(Value.int)
    case "imag": isFloat ? .float(0) : .int(0)
    case "numerator" where !isFloat: index.map(Value.int)
    case "denominator" where !isFloat: .int(1)
    default: nil
    }
  }

  /// Undefined, with Jinja's words for what its sandbox keeps from templates.
  private func unsafe(_ name: String) -> Value {
    .undefined(
      "access to attribute \(name.pythonRepresentation) of '\(typeName)' object is unsafe.")
  }

  /// What `[start:stop:step]` gives.
  func sliced(_ start: Value?, _ stop: Value?, _ step: Value?) throws(Fault) -> Value {
    if case .markup(let text) = self {
      return try Value.string(text).sliced(start, stop, step).marked
    }
    let step = try Self.sliceBound(step) ?? 1
    guard step != 0 else { throw .value("slice step cannot be zero") }
    let (start, stop) = (try Self.sliceBound(start), try Self.sliceBound(stop))
    func places(_ count: Int) -> [Int] {
      let range = PythonRange(slicing: count, start, stop, step)
      return (0..<range.count).map { range.start + $0 * range.step }
    }
    switch self {
    case .undefined(let message): throw .undefined(message)
    case .string(let text):
      let scalars = text.unicodeScalars
      let range = PythonRange(slicing: scalars.count, start, stop, step)
      if step == 1 { return .string(String(scalars.dropFirst(range.start).prefix(range.count))) }
      let all = Array(scalars)
      return .string(String(places(all.count).map { all[$0] }))
    case .list(let items): return try .list(places(items.count).map { items.values[$0] })
    case .tuple(let items): return try .tuple(places(items.count).map { items.values[$0] })
    case .range(let range):
      let part = PythonRange(slicing: range.count, start, stop, step)
      // A part of a part goes far in few steps; room is left for its ends, which are products too.
      let (stride, overflows) = range.step.multipliedReportingOverflow(by: part.step)
      guard !overflows, stride.magnitude <= Self.mostStride else {
        throw .limit("a step of a range that is too big", Self.mostStride)
      }
      return .range(
        PythonRange(
          start: range.start + part.start * range.step, stop: range.start + part.stop * range.step,
          step: stride))
    case .dict: throw .type("unhashable type: 'slice'")
    default: throw .type("'\(typeName)' object is not subscriptable")
    }
  }

  private static let mostStride = 1 << 60

  private static func sliceBound(_ value: Value?) throws(Fault) -> Int? {
    switch value {
    case nil, .some(.none): return nil
    case .some(let value):
      guard let index = value.index else {
        throw .type("slice indices must be integers or None or have an __index__ method")
      }
      // Beyond any length, yet far from overflow where ranges are sliced.
      return min(max(index, -1 << 24), 1 << 24)
    }
  }
}
