/// What `{% macro %}` and `{% call %}` define.

final class Macro {
  let definition: MacroDefinition
  /// Where it was defined: its body sees the names there.
  let scope: Scope

  init(_ definition: MacroDefinition, in scope: Scope) {
    self.definition = definition
    self.scope = scope
  }

  /// The names and values that a call gives to the body. A parameter without an argument is left
  /// out; the renderer gives it its default.
  func bound(_ arguments: Arguments) throws(Fault) -> [String: Value] {
    let names = definition.parameters.map(\.name)
    let title = definition.name?.pythonRepresentation ?? "None"
    var variables = Dictionary(
      zip(names, arguments.positional), uniquingKeysWith: { _, last in last })
    var others: [(name: String, value: Value)] = []
    for (name, value) in arguments.named {
      if names.dropFirst(arguments.positional.count).contains(name) {
        variables[name] = value
      } else {
        others.append((name, value))
      }
    }
    if definition.uses.contains("caller"), !names.contains("caller") {
      variables["caller"] =
        others.last { $0.name == "caller" }?.value ?? .undefined("No caller defined")
      others.removeAll { $0.name == "caller" }
    }
    if definition.uses.contains("kwargs"), !names.contains("kwargs") {
      variables["kwargs"] = .dict(try Dict(others.map { (.string($0.name), $0.value) }))
    } else if let (name, _) = others.first {
      throw .type("macro \(title) takes no keyword argument \(name.pythonRepresentation)")
    }
    let excess = arguments.positional.dropFirst(names.count)
    if definition.uses.contains("varargs"), !names.contains("varargs") {
      variables["varargs"] = try .tuple(Array(excess))
    } else if !excess.isEmpty {
      throw .type("macro \(title) takes not more than \(names.count) argument(s)")
    }
    return variables
  }

  /// What `.name` gives; nil if there is no such attribute.
  func attribute(_ name: String) throws(Fault) -> Value? {
    let names = definition.parameters.map(\.name)
    return switch name {
    case "name": definition.name.map(Value.string) ?? Value.none
    case "arguments": try .tuple(names.map(Value.string))
    case "catch_kwargs": .bool(definition.uses.contains("kwargs") && !names.contains("kwargs"))
    case "catch_varargs": .bool(definition.uses.contains("varargs") && !names.contains("varargs"))
    case "caller": .bool(definition.uses.contains("caller"))
    default: nil
    }
  }
}
