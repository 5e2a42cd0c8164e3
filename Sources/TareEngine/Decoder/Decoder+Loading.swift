/// A model file turned into a decoder that runs.
package import TareCore

extension Decoder {
  /// Loads a decoder from an open weight file.
  /// - Throws: `TareError.badData` for an unknown family, and for missing or misshapen tensors.
  package convenience init(_ weights: WeightFile, threads: Int) throws(TareError) {
    let path = weights.file.path
    guard let name = weights.metadata["general.architecture"]?.string else {
      throw .badData(
        place: path, found: "no metadata 'general.architecture'", accepted: "a model in GGUF")
    }
    guard let family = architectures.entries.first(where: { $0.key == name }) else {
      throw .badData(
        place: "\(path), metadata 'general.architecture'", found: "'\(name)'",
        accepted: architectures.keys.joined(separator: ", "))
    }
    do throws(TareError) {
      let spec = try family.spec(weights.metadata)
      let reader = WeightReader(weights)
      let tensors = try family.weights(reader, spec)
      let unused = reader.unused
      guard unused.isEmpty else {
        throw TareError.badData(
          place: "tensors",
          found: "\(unused.count) that \(name) does not use (\(unused.prefix(4)))",
          accepted: "only tensors that are part of the computation")
      }
      self.init(spec: spec, weights: tensors, threads: threads)
    } catch {
      throw error.inside(path)
    }
  }
}
