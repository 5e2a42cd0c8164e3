/// A weight file of any format, opened: its metadata and its tensors, checked, not yet read.
package import Foundation
package import TareCore

/// One tensor as the file's directory describes it.
package struct TensorEntry: Sendable, Equatable {
  package let name: String
  /// Rows first, as PyTorch prints it: a linear layer is [outputs, inputs].
  package let shape: [Int]
  package let type: TensorType
  /// Where its bytes stand in the file.
  package let range: Range<Int>

  package var count: Int { shape.reduce(1, *) }
}

/// An open weight file.
package struct WeightFile: Sendable {
  package let file: MappedFile
  /// The format's own metadata; for GGUF everything that the model's config would say.
  package let metadata: JSONObject
  package let tensors: [String: TensorEntry]
  /// The tensors of whole numbers, which quantised models have for weights.
  package let wholeNumbers: [String: WholeEntry]

  /// Opens a file of any registered format.
  package init(_ url: URL) throws(TareError) {
    let file = try MappedFile(url)
    guard let format = WeightFormats.registry.entries.first(where: { $0.recognises(file.bytes) })
    else {
      throw .badData(
        place: url.path, found: "no known weight format",
        accepted: WeightFormats.registry.help.map(\.summary).joined(separator: "; "))
    }
    do throws(TareError) {
      let directory = try format.directory(of: file.bytes)
      metadata = directory.metadata
      tensors = directory.tensors
      wholeNumbers = directory.wholeNumbers
    } catch {
      throw error.inside(url.path)
    }
    self.file = file
  }
}

/// A way to store tensors in one file.
package protocol WeightFormat: Registered {
  /// Whether the first bytes are this format's.
  static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool
  /// Reads and checks the directory: every range lies inside the file, no two overlap, names are
  /// unique, sizes agree with types and shapes.
  static func directory(of bytes: UnsafeRawBufferPointer) throws(TareError) -> WeightDirectory
}

/// What stands in a weight file, without its numbers.
package struct WeightDirectory: Sendable {
  package var metadata: JSONObject
  package var tensors: [String: TensorEntry]
  /// The tensors of whole numbers, which quantised models have for weights.
  package var wholeNumbers: [String: WholeEntry] = [:]
}

extension WeightFormat {
  /// The checks that every format needs once the entries are known.
  static func checked(
    _ entries: [TensorEntry], fileSize: Int
  ) throws(TareError) -> [String: TensorEntry] {
    try checkPlaces(entries.map { ($0.name, $0.range) }, fileSize: fileSize)
    var byName: [String: TensorEntry] = [:]
    for entry in entries {
      guard byName.updateValue(entry, forKey: entry.name) == nil else {
        throw .badData(
          place: "tensor '\(entry.name)'", found: "a duplicate name", accepted: "unique names")
      }
    }
    return byName
  }

  /// Data inside the file, and none twice.
  static func checkPlaces(
    _ places: [(name: String, range: Range<Int>)], fileSize: Int
  ) throws(TareError) {
    for (name, range) in places where range.upperBound > fileSize {
      throw .badData(
        place: "tensor '\(name)'",
        found: "data that ends at byte \(range.upperBound) of a file of \(fileSize) bytes",
        accepted: "data inside the file (is it truncated?)")
    }
    let ordered = places.filter { !$0.range.isEmpty }.sorted {
      $0.range.lowerBound < $1.range.lowerBound
    }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where second.range.lowerBound < first.range.upperBound {
      throw .badData(
        place: "tensor '\(second.name)'", found: "data that overlaps tensor '\(first.name)'",
        accepted: "tensors that do not overlap")
    }
  }
}
