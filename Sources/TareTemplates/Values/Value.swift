/// What templates compute with: Python's values.

/// A Python value. Lists and dicts never change, as in Jinja's immutable sandbox; only namespaces do.
enum Value {
  /// The message says what is missing. It prints as nothing; most other uses are errors.
  case undefined(String)
  case none
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits: it is printed and compared, and nothing is computed with it.
  case bigInt(String)
  case float(Double)
  case string(String)
  /// A string that `safe` or `escape` marked, Python's `Markup`: what is joined to it is escaped.
  case markup(String)
  case list(Items)
  case tuple(Items)
  case dict(Dict)
  /// What `keys`, `values` and `items` of a dict give, and the name of its type.
  case view(Items, type: String)
  case range(PythonRange)
  /// What lazy filters give: it can be gone through once and has no length.
  case iterator(OneTimeIterator)
  case namespace(Namespace)
  case loop(Loop)
  case macro(Macro)
  case function(Function)
}

extension Value {
  /// Levels of values within this one. Namespaces and macros do not count: the renderer owns them.
  var depth: Int {
    switch self {
    case .list(let items), .tuple(let items), .view(let items, _): items.shape.depth
    case .dict(let dict): dict.shape.depth
    case .iterator(let iterator): iterator.shape.depth
    case .loop(let loop): loop.depth
    case .function(let function): function.subject.depth + 1
    default: 0
    }
  }

  /// Steps that going through its elements takes, without what is within those.
  var size: Int {
    switch self {
    case .list(let items), .tuple(let items), .view(let items, _): 1 + items.count
    case .dict(let dict): 1 + dict.entries.count
    default: weight
    }
  }

  /// Steps that going through the whole value takes, as printing does.
  var weight: Int {
    switch self {
    case .string(let text), .markup(let text): 1 + text.utf8.count / Limits.bytesPerStep
    case .list(let items), .tuple(let items), .view(let items, _): items.shape.weight
    case .dict(let dict): dict.shape.weight
    case .range(let range): range.count
    case .iterator(let iterator): iterator.shape.weight
    default: 1
    }
  }

  /// Python's name of the type.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .int, .bigInt: "int"
    case .float: "float"
    case .string: "str"
    case .markup: "Markup"
    case .list: "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .view(_, let type): type
    case .range: "range"
    case .iterator: "generator"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .macro: "Macro"
    case .function: "builtin_function_or_method"
    }
  }

  /// How Jinja calls it in messages about what it lacks.
  var objectName: String {
    switch self {
    case .none: "None"
    case .namespace: "transformers.utils.chat_template_utils.TemplateNamespace object"
    case .markup: "markupsafe.Markup object"
    case .function(let function): function.objectName
    case .loop, .macro: "jinja2.runtime.\(typeName) object"
    default: "\(typeName) object"
    }
  }

  /// Python's `bool()`.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .bigInt: true
    case .float(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let items), .tuple(let items), .view(let items, _): !items.values.isEmpty
    case .dict(let dict): !dict.entries.isEmpty
    case .range(let range): range.count > 0
    case .iterator, .namespace, .loop, .macro, .function: true
    }
  }

  /// Its integer, where Python takes one: booleans are 0 and 1.
  var index: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// Python's `len`.
  func length() throws(Fault) -> Int {
    switch self {
    case .undefined: return 0
    case .string(let text), .markup(let text): return text.unicodeScalars.count
    case .list(let items), .tuple(let items), .view(let items, _): return items.count
    case .dict(let dict): return dict.entries.count
    case .range(let range): return range.count
    case .loop(let loop): return try loop.length()
    default: throw .type("object of type '\(typeName)' has no len()")
    }
  }

  /// The values that a loop goes through; nil if it cannot. It uses an iterator up.
  var elements: [Value]? {
    switch self {
    case .undefined: []
    case .string(let text), .markup(let text): text.unicodeScalars.map { .string(String($0)) }
    case .list(let items), .tuple(let items), .view(let items, _): items.values
    case .dict(let dict): dict.keys
    case .range(let range): range.values
    case .iterator(let iterator): iterator.rest()
    default: nil
    }
  }

  func iterated() throws(Fault) -> [Value] {
    guard let elements else { throw .type("'\(typeName)' object is not iterable") }
    return elements
  }

  static func list(_ values: [Value]) throws(Fault) -> Value { .list(try Items(values)) }
  static func tuple(_ values: [Value]) throws(Fault) -> Value { .tuple(try Items(values)) }
  static func lazy(_ values: [Value]) throws(Fault) -> Value {
    .iterator(try OneTimeIterator(values))
  }
}
