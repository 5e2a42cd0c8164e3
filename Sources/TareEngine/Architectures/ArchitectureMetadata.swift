/// A GGUF file's metadata as an architecture reads it: `<architecture>.<key>`, checked.
internal import TareCore

struct ArchitectureMetadata {
  let metadata: JSONObject
  let architecture: String

  init(_ metadata: JSONObject, architecture: String) {
    self.metadata = metadata
    self.architecture = architecture
  }

  private func value(_ key: String) -> JSONValue? { metadata["\(architecture).\(key)"] }

  private func error(_ key: String, _ found: String, _ accepted: String) -> TareError {
    .badData(place: "metadata '\(architecture).\(key)'", found: found, accepted: accepted)
  }

  /// A positive whole number; the default stands in where the key is absent.
  func count(_ key: String, default fallback: Int? = nil) throws(TareError) -> Int {
    guard let found = value(key) else {
      guard let fallback else { throw error(key, "nothing", "a whole number") }
      return fallback
    }
    // Products of three such numbers still fit into 64 bits.
    guard let number = found.int, number > 0, number < 1 << 21 else {
      throw error(key, found.text(), "a whole number from 1 to 2,097,151")
    }
    return number
  }

  func number(_ key: String, default fallback: Double? = nil) throws(TareError) -> Double {
    guard let found = value(key) else {
      guard let fallback else { throw error(key, "nothing", "a number") }
      return fallback
    }
    guard let number = found.double, number > 0, number.isFinite else {
      throw error(key, found.text(), "a positive number")
    }
    return number
  }

  func vocabularySize() throws(TareError) -> Int {
    try count("vocab_size", default: metadata["tokenizer.ggml.tokens"]?.array?.count)
  }

  /// Stops at a feature that this program does not compute.
  func refuse(_ key: String, unless accepted: JSONValue) throws(TareError) {
    guard let found = value(key), found != accepted else { return }
    throw error(key, found.text(), "\(accepted.text()) (nothing else is supported)")
  }
}
