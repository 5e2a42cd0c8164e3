/// A weight file turned into a decoder that runs.
package import TareCore

extension Decoder {
  /// The sizes of the model in a weight file, without reading its weights.
  package static func spec(of weights: WeightFile) throws(TareError) -> DecoderSpec {
    try family(of: weights).spec(weights.metadata)
  }

  /// Loads a decoder from an open weight file.
  /// - Throws: `TareError.badData` for an unknown family, and for missing, misshapen or left-over
  ///   tensors, each by name.
  package convenience init(_ weights: WeightFile, threads: Int) throws(TareError) {
    do throws(TareError) {
      let family = try Self.family(of: weights)
      let spec = try family.spec(weights.metadata)
      let reader = WeightReader(weights)
      let tensors = try family.weights(reader, spec)
      let unused = reader.unused
      guard unused.isEmpty else {
        throw .badData(
          place: "tensors",
          found: "\(unused.count) that \(family.key) does not use "
            + "(\(unused.prefix(4).joined(separator: ", ")) …)",
          accepted: "only tensors that are part of the computation")
      }
      self.init(spec: spec, weights: tensors, threads: threads)
    } catch {
      throw error.inside(weights.file.path)
    }
  }

  private static func family(of weights: WeightFile) throws(TareError) -> any Architecture.Type {
    let name = weights.metadata["general.architecture"]?.string
    guard let family = Architectures.registry.entries.first(where: { $0.key == name }) else {
      throw .badData(
        place: "metadata 'general.architecture'", found: name.map { "'\($0)'" } ?? "nothing",
        accepted: Architectures.registry.keys.joined(separator: ", "))
    }
    return family
  }
}
