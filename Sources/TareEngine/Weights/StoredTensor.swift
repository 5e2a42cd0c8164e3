/// A tensor of a model under the name that its family uses, wherever and however it is stored.
internal import TareCore

struct StoredTensor: Sendable {
  let entry: TensorEntry
  let file: MappedFile
  /// What turns the stored numbers into those that Hugging Face's checkpoint of the family has.
  var mend: Mend = .none
  /// Where several stored tensors give the numbers together: then the entry has their shape alone.
  var packed: PackedTensor?

  enum Mend: Sendable, Equatable {
    case none
    /// The two halves of each rotary pair stand in neighbouring rows (2i, 2i + 1) of `heads` heads,
    /// as llama.cpp stores some families; ours, like transformers', stand headDim/2 apart.
    case separateRotaryPairs(heads: Int)
  }

  /// Gives the tensor's pages back; they are read again from the file when they are needed.
  func releasePages() { file.releasePages(entry.range) }

  private var hasNumbers: Bool { packed != nil || !entry.range.isEmpty }
  /// How it is stored, for reports, and in how many bytes.
  var storage: (kind: String, bytes: Int) {
    packed.map { ($0.kind, $0.bytes) } ?? (entry.type.name, entry.range.count)
  }

  /// A tensor that is one of the equal parts of this one along its first axis.
  func part(_ index: Int, of count: Int, shape: [Int]) -> StoredTensor {
    if let packed {
      return StoredTensor(
        entry: TensorEntry(name: entry.name, shape: shape, type: entry.type, range: 0..<0),
        file: file, mend: mend, packed: packed.part(index, of: count))
    }
    let size = entry.range.count / count
    let start = entry.range.lowerBound + index * size
    return StoredTensor(
      entry: TensorEntry(
        name: entry.name, shape: shape, type: entry.type, range: start..<(start + size)),
      file: file, mend: mend)
  }

  /// The tensor by its name; a tensor of all experts of a mixture, as transformers 5 can save them
  /// (`experts.gate_up_proj` [experts, 2·size, hidden], `experts.down_proj` [experts, hidden,
  /// size]), by the names of released checkpoints.
  ///
  /// - Parameter areTransposed: whether matrices stand as [inputs, outputs], gates and ups in turn, and
  ///   have biases (gpt-oss): then gates and ups stay in one.
  func experts(_ name: String, areTransposed: Bool = false) -> [(String, StoredTensor)] {
    let shape = entry.shape
    if areTransposed, shape.count > 1, name.contains(".experts."), hasNumbers {
      let isBias = name.hasSuffix("_bias")
      let stem = isBias ? String(name.dropLast("_bias".count)) : name
      guard let part = stem.split(separator: ".").last,
        ["gate_up_proj", "down_proj"].contains(String(part)), shape.count == (isBias ? 2 : 3)
      else { return [(name, self)] }
      let place = stem.dropLast(part.count)
      return (0..<shape[0]).map { index in
        (
          "\(place)\(index).\(part).\(isBias ? "bias" : "weight")",
          self.part(index, of: shape[0], shape: Array(shape[1...]))
        )
      }
    }
    guard shape.count == 3, name.contains(".experts."), hasNumbers else {
      return [(name, self)]
    }
    let (count, rows, columns) = (shape[0], shape[1], shape[2])
    if name.hasSuffix(".experts.gate_up_proj"), rows % 2 == 0 {
      let place = name.dropLast("gate_up_proj".count)
      return (0..<(2 * count)).map { half in
        (
          "\(place)\(half / 2).\(half % 2 == 0 ? "gate" : "up")_proj.weight",
          part(half, of: 2 * count, shape: [rows / 2, columns])
        )
      }
    }
    if name.hasSuffix(".experts.down_proj") {
      let place = name.dropLast("down_proj".count)
      return (0..<count).map {
        ("\(place)\($0).down_proj.weight", part($0, of: count, shape: [rows, columns]))
      }
    }
    return [(name, self)]
  }
}
