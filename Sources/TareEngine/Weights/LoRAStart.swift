/// What PEFT takes off a base's weights when it loads an adapter: the product that the adapter began with.
internal import COpenBLAS
internal import Foundation
internal import TareCore

/// `init_lora_weights` of adapter_config.json (peft 0.21.2, `tuners/lora/layer.py`). Most leave the base
/// as it is. Some begin with a part of the weight in A and B, take scale · B₀ · A₀ off the base, and do
/// so again each time the adapter is loaded.
enum LoRAStart: Sendable, Equatable {
  case besideBase
  /// B₀ · A₀ is the part of the largest singular values, whatever the scale is.
  case pissa
  /// B₀ · A₀ is the first columns and rows of the QR decomposition.
  case olora

  private static let key = "init_lora_weights"
  private static let harmless: Set<String> = ["gaussian", "orthogonal", "eva", "mica"]

  /// - Throws: `TareError.badData` for a start that cannot be computed again, and for an unknown one.
  init(_ settings: ModelConfig) throws(TareError) {
    switch settings[Self.key] {
    case nil, .bool?: self = .besideBase
    case .string(let name)? where Self.harmless.contains(name.lowercased()): self = .besideBase
    case .string("pissa")?: self = .pissa
    case .string(let name)? where name.lowercased() == "olora": self = .olora
    case .string(let name)?:
      throw settings.error(
        Self.key, "'\(name)'\(Self.reason(name))",
        "true, false, gaussian, orthogonal, eva, mica, pissa, olora, or the model merged with "
          + "merge_and_unload() after training")
    case let other?: throw settings.error(Self.key, other.text(), "a name, true or false")
    }
  }

  /// Why a start that PEFT knows is not computed.
  private static func reason(_ name: String) -> String {
    if name.hasPrefix("pissa_niter_") {
      return ", which subtracts random directions from the base, different ones at each load"
    }
    return switch name {
    case "loftq": ", which quantises the base"
    case "corda", "lora_ga": ", whose training changed the base by data that were not saved"
    default: ""
    }
  }

  /// Takes the start off a [rows, columns] matrix.
  /// - Throws: `TareError.badData` where the matrix does not say what its start was.
  func subtract(
    from target: FloatView, rows: Int, columns: Int, rank: Int, scale: Double
  ) throws(TareError) {
    guard self != .besideBase, rank > 0 else { return }
    try OpenBLAS.require()
    var values = (0..<target.count).map { Double(target.base[$0]) }
    switch self {
    case .besideBase: return
    case .pissa:
      let part = try LeadingPart(values, rows: rows, columns: columns, rank: rank)
      Self.multiply(part.left, part.right, rank: part.count, rows, columns, -1, into: &values)
    case .olora:
      let left = try Self.firstDirections(values, rows: rows, columns: columns, count: rank)
      var right = [Double](repeating: 0, count: rank * columns)
      OpenBLAS.functions.dgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rank), Int32(columns), Int32(rows), 1,
        left, Int32(rows), values, Int32(columns), 0, &right, Int32(columns))
      Self.multiply(left, right, rank: rank, rows, columns, -scale, into: &values)
    }
    for index in values.indices { target.base[index] = Float(values[index]) }
  }

  /// Adds factor · leftᵀ · right, of [rank, rows] and [rank, columns].
  private static func multiply(
    _ left: [Double], _ right: [Double], rank: Int, _ rows: Int, _ columns: Int, _ factor: Double,
    into values: inout [Double]
  ) {
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(rank), factor,
      left, Int32(rows), right, Int32(columns), 1, &values, Int32(columns))
  }

  /// The first columns, each without what it has in common with those before it, of length 1:
  /// [count, rows].
  private static func firstDirections(
    _ values: [Double], rows: Int, columns: Int, count: Int
  ) throws(TareError) -> [Double] {
    var frame = OrthonormalRows(width: rows)
    for column in 0..<min(count, columns) {
      let vector = (0..<rows).map { values[$0 * columns + column] }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard frame.append(vector, least: 1e-6 * length) else { break }
    }
    guard frame.count == count else {
      throw .badData(
        place: "", found: "column \(frame.count), which depends linearly on those before it",
        accepted: "\(count) independent columns, for OLoRA")
    }
    return frame.values
  }
}

/// Vectors of length 1 at right angles to each other.
package struct OrthonormalRows {
  package let width: Int
  /// [count, width]
  package private(set) var values: [Double] = []
  package private(set) var count = 0

  package init(width: Int) { self.width = width }

  /// Takes what the vectors have off `vector`, twice, as one time leaves rounding behind.
  func remainder(_ vector: [Double]) -> [Double] {
    guard count > 0 else { return vector }
    var rest = vector
    var shares = [Double](repeating: 0, count: count)
    for _ in 0..<2 {
      OpenBLAS.functions.dgemv(
        CblasRowMajor, CblasNoTrans, Int32(count), Int32(width), 1, values, Int32(width), rest, 1,
        0,
        &shares, 1)
      OpenBLAS.functions.dgemv(
        CblasRowMajor, CblasTrans, Int32(count), Int32(width), -1, values, Int32(width), shares, 1,
        1,
        &rest, 1)
    }
    return rest
  }

  /// Adds the direction that a vector has and the others have not.
  /// - Returns: false where that is no more than `least` long.
  package mutating func append(_ vector: [Double], least: Double) -> Bool {
    let rest = remainder(vector)
    let length = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > least, length > 0 else { return false }
    // A short remainder has lost digits: its direction is cleaned again.
    let direction = remainder(rest.map { $0 / length })
    let unit = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    values += direction.map { $0 / unit }
    count += 1
    return true
  }
}
