/// Single tokens' embeddings that an adapter has trained (`trainable_token_indices`).
internal import TareCore

/// New rows of an embedding.
struct TokenRows: Sendable {
  /// The token of each row.
  let tokens: [Int]
  /// [tokens, hiddenSize]
  let rows: StoredTensor

  private static let key = "trainable_token_indices"

  /// - Parameter layer: the embedding's name.
  init(_ rows: StoredTensor, layer: String, _ settings: ModelConfig) throws(TareError) {
    // A list is of the input embedding, an object has a list for each embedding by its name's end.
    var found = settings[Self.key]?.array
    for (name, value) in settings[Self.key]?.object?.members ?? []
    where layer == name || layer.hasSuffix(".\(name)") {
      found = value.array
    }
    let tokens = (found ?? []).compactMap(\.int)
    guard let found, tokens.count == found.count, rows.entry.shape.count == 2,
      rows.entry.shape[0] == tokens.count, tokens.allSatisfy({ $0 >= 0 })
    else {
      throw settings.error(
        Self.key, settings[Self.key]?.text() ?? "nothing",
        "the ids of the \(rows.entry.shape.first ?? 0) rows of \(layer)")
    }
    self.tokens = tokens
    self.rows = rows
  }

  /// The rows by their tokens.
  /// - Throws: `TareError.badData` for rows of another size, and for tokens beyond the embedding.
  func values(rows count: Int, columns: Int) throws(TareError) -> [Int: [Float]] {
    guard rows.entry.shape[1] == columns, tokens.allSatisfy({ $0 < count }) else {
      throw .badData(
        place: "rows of tokens", found: "shape \(rows.entry.shape) for the tokens \(tokens)",
        accepted: "rows of \(columns) for tokens below \(count)")
    }
    let buffer = FloatBuffer(count: rows.entry.count)
    rows.read(into: buffer.view)
    var values: [Int: [Float]] = [:]
    for (index, token) in tokens.enumerated() {
      values[token] = buffer.view[(index * columns)..<((index + 1) * columns)].array
    }
    return values
  }
}
