/// Weights by name, checked where they are used.
package import TareCore

/// A view of a model's tensors that remembers which were asked for.
///
/// Used by one thread at a time, while a model is loaded.
package final class WeightReader {
  private let tensors: [String: StoredTensor]
  private let changes: [String: LoRAChange]
  private let tokens: [String: TokenRows]
  private let wholeNumbers: [String: String]
  private var used: Set<String> = []
  /// What a name is called in the file, where that is another.
  private let storedName: (String) -> String?

  package init(_ file: WeightFile) {
    tensors = Dictionary(
      file.tensors.map { ($0.withoutWrappers, StoredTensor(entry: $1, file: file.file)) }
    ) { first, _ in first }
    wholeNumbers = file.wholeNumbers.mapValues(\.type)
    changes = [:]
    tokens = [:]
    storedName = { _ in nil }
  }

  package init(_ model: ModelWeights) {
    tensors = model.tensors
    wholeNumbers = model.files.reduce(into: [:]) { types, file in
      for (name, entry) in file.wholeNumbers { types[name.withoutWrappers] = entry.type }
    }
    changes = model.adapter?.changes ?? [:]
    tokens = model.adapter?.tokens ?? [:]
    storedName = model.ggufMetadata == nil ? { _ in nil } : { GGUFModel.storedName(of: $0) }
  }

  package subscript(name: String) -> WeightTensor {
    used.insert(name)
    return WeightTensor(
      name: storedName(name) ?? name, stored: tensors[name], change: changes[name],
      tokens: tokens[name],
      wholeNumbers: wholeNumbers[name])
  }

  package func has(_ name: String) -> Bool { tensors[name] != nil }

  /// The tensors' names.
  package var names: [String] { tensors.keys.sorted() }

  /// Tensors that nobody asked for, by name.
  package var unused: [String] { tensors.keys.filter { !used.contains($0) }.sorted() }

  /// The prefix before a name, of those given, with which the model has it.
  package func prefix(of name: String, among prefixes: [String]) -> String? {
    prefixes.first { has($0 + name) }
  }
}

/// A tensor that was asked for; whether it is there, and what it should be, is checked on reading.
package struct WeightTensor {
  package let name: String
  private let stored: StoredTensor?
  private let change: LoRAChange?
  /// Rows of an embedding that are others than the stored ones.
  private let tokens: TokenRows?
  /// The type of a tensor that is there in whole numbers.
  private let wholeNumbers: String?

  fileprivate init(
    name: String, stored: StoredTensor?, change: LoRAChange?, tokens: TokenRows?,
    wholeNumbers: String?
  ) {
    self.name = name
    self.stored = stored
    self.change = change
    self.tokens = tokens
    self.wholeNumbers = wholeNumbers
  }

  /// The tensor's shape; nil where there is no such tensor.
  package var shape: [Int]? { stored?.entry.shape }

  private func bad(_ found: String, _ accepted: String) -> TareError {
    .badData(place: "tensor '\(name)'", found: found, accepted: accepted)
  }

  /// - Throws: `TareError.badData` with the tensor's name, what was found and what was wanted.
  private func stored(shaped shape: [Int]) throws(TareError) -> StoredTensor {
    guard let stored else {
      if let wholeNumbers {
        throw bad(
          "integers (\(wholeNumbers)), as in quantized models",
          "F64, F32, F16, BF16, F8_E4M3")
      }
      throw bad("no such tensor", "shape \(shape)")
    }
    guard stored.entry.shape == shape else {
      throw bad("shape \(stored.entry.shape)", "shape \(shape)")
    }
    if let change {
      let found = change.shape
      guard found == shape else {
        throw bad("a low-rank change of shape \(found)", "shape \(shape)")
      }
    }
    return stored
  }

  /// Writes the numbers as the family has them.
  private func read(_ stored: StoredTensor, into target: FloatView) throws(TareError) {
    stored.read(into: target)
    switch stored.mend {
    case .none: break
    case .separateRotaryPairs(let heads):
      let shape = stored.entry.shape
      guard shape[0] % (2 * heads) == 0 else {
        throw bad("shape \(shape)", "rows for \(heads) heads of an even size")
      }
      target.separateRotaryPairs(heads: heads, columns: target.count / shape[0])
    }
    if let change {
      let columns = stored.entry.shape[stored.entry.shape.count - 1]
      do throws(TareError) {
        try change.add(to: target, rows: target.count / columns, columns: columns)
      } catch {
        throw error.inside("tensor '\(name)'")
      }
    }
  }

  /// The values of a vector of `count` float32.
  package func vector(_ count: Int) throws(TareError) -> [Float] {
    let stored = try stored(shaped: [count])
    let buffer = FloatBuffer(count: count)
    try read(stored, into: buffer.view)
    return buffer.view.array
  }

  /// - Throws: `TareError.badData` if the tensor is not a [rows, columns] matrix.
  ///
  /// Sizes come from the file's metadata: they are checked here before memory is taken for them.
  func check(rows: Int, columns: Int) throws(TareError) {
    _ = try stored(shaped: [rows, columns])
  }

  /// Writes a [rows, columns] matrix as float32, row after row.
  func read(rows: Int, columns: Int, into target: FloatView) throws(TareError) {
    precondition(target.count == rows * columns)
    try read(stored(shaped: [rows, columns]), into: target)
  }

  /// A way to read rows of a [rows, columns] matrix as float32, from several threads at once.
  ///
  /// A tensor that is changed on its way is read here, whole.
  func rowReader(rows: Int, columns: Int) throws(TareError) -> WeightRows {
    let stored = try stored(shaped: [rows, columns])
    if change == nil, stored.mend == .none {
      if let packed = stored.packed { return .packed(packed) }
      if columns % stored.entry.type.blockValues == 0 { return .file(stored, columns: columns) }
    }
    let whole = FloatBuffer(count: rows * columns)
    try read(stored, into: whole.view)
    stored.releasePages()
    return .memory(whole, columns: columns)
  }

  /// A way to read the columns of a [rows, columns] matrix as rows of float32.
  func columnReader(rows: Int, columns: Int) throws(TareError) -> WeightRows {
    let stored = try stored(shaped: [rows, columns])
    let whole = FloatBuffer(count: rows * columns)
    try read(stored, into: whole.view)
    stored.releasePages()
    let turned = FloatBuffer(count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        turned.view.base[column * rows + row] = whole.view.base[row * columns + column]
      }
    }
    return .memory(turned, columns: rows)
  }

  /// The rows of a [rows, columns] matrix as float32.
  package func rows(_ rows: Int, _ columns: Int) throws(TareError) -> [[Float]] {
    try check(rows: rows, columns: columns)
    let buffer = FloatBuffer(count: rows * columns)
    try read(rows: rows, columns: columns, into: buffer.view)
    return (0..<rows).map { buffer.view[($0 * columns)..<(($0 + 1) * columns)].array }
  }

  /// The values of a tensor of any shape, the last axis fastest.
  package func values(shaped shape: [Int]) throws(TareError) -> [Float] {
    let stored = try stored(shaped: shape)
    let buffer = FloatBuffer(count: stored.entry.count)
    try read(stored, into: buffer.view)
    stored.releasePages()
    return buffer.view.array
  }

  /// A [rows, columns] matrix that stays in the file; rows are made float32 when asked for.
  package func table(rows: Int, columns: Int) throws(TareError) -> WeightTable {
    let stored = try stored(shaped: [rows, columns])
    guard change == nil, stored.mend == .none else {
      throw bad("a low-rank or scaled change of an embedding", "changes of linear layers only")
    }
    var table = WeightTable(
      rows: rows, columns: columns, type: stored.entry.type, start: stored.entry.range.lowerBound,
      file: stored.file, packed: stored.packed)
    if let tokens {
      do throws(TareError) {
        table.others = try tokens.values(rows: rows, columns: columns)
      } catch {
        throw error.inside("tensor '\(name)'")
      }
    }
    return table
  }
}

/// Rows of a matrix, from its file or as they were made of it.
enum WeightRows: Sendable {
  case file(StoredTensor, columns: Int)
  case packed(PackedTensor)
  case memory(FloatBuffer, columns: Int)

  /// Writes rows `range` as float32.
  func read(_ range: Range<Int>, into target: FloatView) {
    switch self {
    case .packed(let packed):
      packed.read(range, into: target[0..<(range.count * packed.columns)])
    case .file(let stored, let columns):
      let type = stored.entry.type
      let bytes = columns / type.blockValues * type.blockBytes
      let start = stored.entry.range.lowerBound + range.lowerBound * bytes
      precondition(start + range.count * bytes <= stored.entry.range.upperBound)
      type.dequantize(
        UnsafeRawBufferPointer(
          rebasing: stored.file.bytes[start..<(start + range.count * bytes)]),
        into: target[0..<(range.count * columns)])
    case .memory(let values, let columns):
      let source = values.view[(range.lowerBound * columns)..<(range.upperBound * columns)]
      target[0..<source.count].base.update(from: source.base, count: source.count)
    }
  }

  /// To be called when all rows are read.
  func release() {
    if case .file(let stored, _) = self { stored.releasePages() }
  }
}

extension FloatView {
  /// Moves the two halves of each rotary pair from neighbouring rows (2i, 2i + 1) of a head to rows
  /// headDim/2 apart. The view is a matrix of `columns` columns, its rows those of `heads` heads.
  fileprivate func separateRotaryPairs(heads: Int, columns: Int) {
    let headDim = count / heads / columns
    let copy = FloatBuffer(count: headDim * columns)
    for head in 0..<heads {
      let block = self[(head * headDim * columns)..<((head + 1) * headDim * columns)]
      copy.view.base.update(from: block.base, count: block.count)
      for row in 0..<headDim {
        let target = block[from: (row % 2 * (headDim / 2) + row / 2) * columns]
        target.base.update(from: copy.view[from: row * columns].base, count: columns)
      }
    }
  }
}
