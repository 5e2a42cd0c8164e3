/// Weights by name, checked where they are used.
package import TareCore

/// A view of a weight file that remembers which tensors were asked for.
///
/// Used by one thread at a time, while a model is loaded.
package final class WeightReader {
  private let weights: WeightFile
  private var used: Set<String> = []

  package init(_ weights: WeightFile) { self.weights = weights }

  package subscript(name: String) -> WeightTensor {
    used.insert(name)
    return WeightTensor(name: name, entry: weights.tensors[name], file: weights.file)
  }

  package func has(_ name: String) -> Bool { weights.tensors[name] != nil }

  /// Tensors that nobody asked for, by name.
  package var unused: [String] { weights.tensors.keys.filter { !used.contains($0) }.sorted() }
}

/// A tensor that was asked for; whether it is there, and what it should be, is checked on reading.
package struct WeightTensor: Sendable {
  package let name: String
  private let entry: TensorEntry?
  private let file: MappedFile

  fileprivate init(name: String, entry: TensorEntry?, file: MappedFile) {
    self.name = name
    self.entry = entry
    self.file = file
  }

  /// - Throws: `TareError.badData` with the tensor's name, what was found and what was wanted.
  private func entry(shaped shape: [Int]) throws(TareError) -> TensorEntry {
    guard let entry else {
      throw .badData(
        place: "tensor '\(name)'", found: "no such tensor",
        accepted: "shape \(shape)")
    }
    guard entry.shape == shape else {
      throw .badData(
        place: "tensor '\(name)'", found: "shape \(entry.shape)",
        accepted: "shape \(shape)")
    }
    return entry
  }

  private func bytes(_ entry: TensorEntry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
  }

  /// The values of a vector of `count` float32.
  package func vector(_ count: Int) throws(TareError) -> [Float] {
    let entry = try entry(shaped: [count])
    let buffer = FloatBuffer(count: count)
    entry.type.dequantize(bytes(entry), into: buffer.view)
    return buffer.view.array
  }

  /// - Throws: `TareError.badData` if the tensor is not a [rows, columns] matrix.
  ///
  /// Sizes come from the file's metadata: they are checked here before memory is taken for them.
  func check(rows: Int, columns: Int) throws(TareError) {
    _ = try entry(shaped: [rows, columns])
  }

  /// Writes a [rows, columns] matrix as float32, row after row.
  func read(rows: Int, columns: Int, into target: FloatView) throws(TareError) {
    let entry = try entry(shaped: [rows, columns])
    precondition(target.count == rows * columns)
    entry.type.dequantize(bytes(entry), into: target)
  }

  /// The rows of a [rows, columns] matrix as float32.
  package func rows(_ rows: Int, _ columns: Int) throws(TareError) -> [[Float]] {
    try check(rows: rows, columns: columns)
    let buffer = FloatBuffer(count: rows * columns)
    try read(rows: rows, columns: columns, into: buffer.view)
    return (0..<rows).map { buffer.view[($0 * columns)..<(($0 + 1) * columns)].array }
  }

  /// A [rows, columns] matrix that stays in the file; rows are made float32 when asked for.
  package func table(rows: Int, columns: Int) throws(TareError) -> WeightTable {
    let entry = try entry(shaped: [rows, columns])
    return WeightTable(
      rows: rows, columns: columns, type: entry.type, start: entry.range.lowerBound, file: file)
  }
}

/// A matrix in its stored type, for what is read a few rows at a time: token embeddings.
package struct WeightTable: Sendable {
  package let rows: Int
  package let columns: Int
  fileprivate let type: TensorType
  fileprivate let start: Int
  fileprivate let file: MappedFile

  /// Writes rows `range` as float32.
  package func read(_ range: Range<Int>, into target: FloatView) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    let rowBytes = columns / type.blockValues * type.blockBytes
    let from = start + range.lowerBound * rowBytes
    type.dequantize(
      UnsafeRawBufferPointer(rebasing: file.bytes[from..<(from + range.count * rowBytes)]),
      into: target[0..<(range.count * columns)])
  }
}
