/// One value for each number of a benchmark: subsets, sections, the total and other averages.
internal import TareCore

package struct Breakdown<Value: Sendable>: Sendable {
  package typealias Named = (name: String, value: Value)

  package let subsets: [Named]
  package let sections: [Named]
  /// The benchmark's own total.
  package let overall: Value
  /// Other totals: micro, macro.
  package let averages: [Named]

  /// - Parameter values: one for each mean of `scheme.all`, in its order.
  init(_ scheme: Scheme, _ values: [Value]) {
    let named = zip(scheme.all, values).map { (name: $0.name, value: $1) }
    let firstSection = scheme.subsets.count
    let total = firstSection + scheme.sections.count
    subsets = Array(named[..<firstSection])
    sections = Array(named[firstSection..<total])
    overall = values[total]
    averages = Array(named[(total + 1)...])
  }

  /// An object with `benchmark`, `overall`, the averages by name, `sections` and `subsets`.
  func json(of benchmark: String, _ json: (Value) -> JSONValue) -> JSONObject {
    var object: JSONObject = ["benchmark": .string(benchmark), "overall": json(overall)]
    for (name, value) in averages { object[name] = json(value) }
    object["sections"] = .object(JSONObject(sections, json))
    object["subsets"] = .object(JSONObject(subsets, json))
    return object
  }
}

extension JSONObject {
  init<Value>(_ named: [(name: String, value: Value)], _ json: (Value) -> JSONValue) {
    self.init()
    for (name, value) in named { self[name] = json(value) }
  }
}
