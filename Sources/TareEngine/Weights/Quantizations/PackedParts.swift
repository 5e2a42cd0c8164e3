/// The tensors of a folder while a quantisation method puts its weights together.
internal import TareCore

struct PackedParts {
  /// What is left, by the names of the files without wrappers.
  private(set) var floats: [String: StoredTensor]
  private(set) var whole: [String: WholeTensor]
  /// The files' own metadata.
  let metadata: JSONObject

  init(_ files: [WeightFile]) {
    var metadata = JSONObject()
    floats = [:]
    whole = [:]
    for file in files {
      for (key, value) in file.metadata.members { metadata[key] = value }
      for (name, entry) in file.wholeNumbers {
        whole[name.withoutWrappers] = WholeTensor(entry: entry, file: file.file)
      }
    }
    self.metadata = metadata
  }

  mutating func insert(_ name: String, _ tensor: StoredTensor) throws(TareError) {
    guard floats.updateValue(tensor, forKey: name) == nil else {
      throw .badData(
        place: "\(tensor.file.path), tensor '\(tensor.entry.name)'",
        found: "a second tensor '\(name)'", accepted: "each tensor once")
    }
  }

  /// What stands before the ending in all names that have it, in order.
  func stems(_ ending: String) -> [String] {
    (Array(floats.keys) + Array(whole.keys)).filter { $0.hasSuffix(ending) }.sorted()
      .map { String($0.dropLast(ending.count)) }
  }

  func missing(_ name: String, _ accepted: String) -> TareError {
    .badData(place: "tensor '\(name)'", found: "no such tensor", accepted: accepted)
  }

  /// Takes a tensor of whole numbers away.
  mutating func takeWhole(_ name: String, for reason: String) throws(TareError) -> WholeTensor {
    guard let tensor = whole.removeValue(forKey: name) else { throw missing(name, reason) }
    return tensor
  }

  mutating func takeWholeIfThere(_ name: String) -> WholeTensor? {
    whole.removeValue(forKey: name)
  }

  /// Takes a tensor of floats away.
  mutating func takeFloats(_ name: String, for reason: String) throws(TareError) -> StoredTensor {
    guard let tensor = floats.removeValue(forKey: name) else { throw missing(name, reason) }
    return tensor
  }

  mutating func takeFloatsIfThere(_ name: String) -> StoredTensor? {
    floats.removeValue(forKey: name)
  }

  /// Takes away what stands under one of the endings: scales of activations, which are not quantised
  /// here. Whether there was any.
  @discardableResult
  mutating func drop(endings: [String]) -> Bool {
    let names = (Array(floats.keys) + Array(whole.keys)).filter { name in
      endings.contains { name.hasSuffix($0) }
    }
    for name in names {
      floats[name] = nil
      whole[name] = nil
    }
    return !names.isEmpty
  }

  /// Puts a weight in, of a shape whose last axis is the packed tensor's columns.
  mutating func add(
    _ name: String, shape: [Int], _ packed: PackedTensor, file: MappedFile
  ) throws(TareError) {
    precondition(shape.reduce(1, *) == packed.rows * packed.columns)
    try insert(
      name,
      StoredTensor(
        entry: TensorEntry(name: name, shape: shape, type: .f32, range: 0..<0), file: file,
        packed: packed))
  }
}

extension StoredTensor {
  /// All numbers as float32, checked for their shape.
  func values(shaped shapes: [[Int]]) throws(TareError) -> [Float] {
    guard shapes.contains(entry.shape) else {
      throw .badData(
        place: "tensor '\(entry.name)'", found: "shape \(entry.shape)",
        accepted: "shape " + shapes.map { "\($0)" }.joined(separator: " or "))
    }
    let buffer = FloatBuffer(count: entry.count)
    read(into: buffer.view)
    return buffer.view.array
  }

  var stored: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[entry.range]) }
}
