/// Reading a vocabulary out of a GGUF file's metadata (`tokenizer.ggml.…`).
package import TareCore

extension Vocabulary {
  /// - Parameter metadata: the file's metadata by key.
  /// - Throws: `TareError.badData` that names the key if its value is of another type, or if one
  ///   that every vocabulary has is missing.
  package init(ggufMetadata metadata: JSONObject) throws(TareError) {
    let fields = GGUFFields(metadata: metadata)
    self.init(
      model: try fields.required(fields.value("model", "a string", \.string), "model"),
      pre: try fields.value("pre", "a string", \.string) ?? "",
      tokens: try fields.required(fields.array("tokens", "strings", \.string), "tokens"),
      types: try fields.required(fields.array("token_type", "integers", \.int), "token_type"),
      merges: try fields.array("merges", "strings", \.string) ?? [],
      scores: try fields.array("scores", "numbers", \.double) ?? [],
      bosID: try fields.value("bos_token_id", "an integer", \.int),
      eosID: try fields.value("eos_token_id", "an integer", \.int),
      unknownID: try fields.value("unknown_token_id", "an integer", \.int),
      paddingID: try fields.value("padding_token_id", "an integer", \.int),
      addsBOS: try fields.value("add_bos_token", "a boolean", \.bool),
      addsEOS: try fields.value("add_eos_token", "a boolean", \.bool) ?? false,
      addsSpacePrefix: try fields.value("add_space_prefix", "a boolean", \.bool) ?? true)
  }
}

/// The values below `tokenizer.ggml.` with their types checked; nil where a key is missing.
private struct GGUFFields {
  let metadata: JSONObject

  func place(_ key: String) -> String { "tokenizer.ggml.\(key)" }

  func value<Value>(
    _ key: String, _ kind: String, _ read: (JSONValue) -> Value?
  ) throws(TareError) -> Value? {
    guard let value = metadata[place(key)] else { return nil }
    guard let result = read(value) else {
      throw .badData(place: place(key), found: value.kindName, accepted: kind)
    }
    return result
  }

  func array<Element>(
    _ key: String, _ kind: String, _ read: (JSONValue) -> Element?
  ) throws(TareError) -> [Element]? {
    guard let values = try value(key, "an array of \(kind)", \.array) else { return nil }
    var elements: [Element] = []
    elements.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let element = read(value) else {
        throw .badData(
          place: "\(place(key))[\(index)]", found: value.kindName, accepted: "one of its \(kind)")
      }
      elements.append(element)
    }
    return elements
  }

  func required<Value>(_ value: Value?, _ key: String) throws(TareError) -> Value {
    guard let value else {
      throw .badData(place: place(key), found: "nothing", accepted: "a value")
    }
    return value
  }
}
