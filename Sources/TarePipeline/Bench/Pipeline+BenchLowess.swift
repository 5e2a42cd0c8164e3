/// `tare bench --lowess`: how fast the exact LOWESS is.
internal import Foundation
internal import TareCalibration
package import TareCore
internal import TareNumerics

extension Pipeline {
  /// Fits points of distinct x with frac 1/3, it 3 and delta 0, which is exact, on one thread.
  ///
  /// Point i has x = i φ mod 1 and y = 3 x + 2 (i ψ mod 1), φ and ψ the odd multiples of 2⁻³² nearest
  /// to the golden ratio and to √2: formulas that any program can follow bit for bit.
  ///
  /// - Parameter fittedTo: a file for the fitted values, doubles in the order of the points.
  package func benchLowess(points: Int, fittedTo: String?) throws(TareError) -> JSONValue {
    guard points > 0, points <= Int(Int32.max) else {
      throw .usage("--lowess: expected 1 to \(Int32.max) points, found \(points)")
    }
    let x = (0..<points).map { Double(UInt32(truncatingIfNeeded: $0 &* 2_654_435_769)) * 0x1p-32 }
    let y = (0..<points).map {
      3 * x[$0] + Double(UInt32(truncatingIfNeeded: $0 &* 1_779_033_703)) * 0x1p-31
    }
    let lowess = try Lowess(frac: 1.0 / 3, it: 3, delta: 0)
    var seconds: [Double] = []
    var fit = LowessFit?.none
    for _ in 0..<(points > 200_000 ? 1 : 7) {
      fit = nil
      let start = ContinuousClock.now
      fit = try lowess.fit(x: x, y: y)
      seconds.append((ContinuousClock.now - start) / .seconds(1))
    }
    if let fittedTo, let fit {
      let bytes = fit.fitted.withUnsafeBytes { Data($0) }
      try write(bytes, to: fittedTo)
    }
    return .object([
      "points": .int(points), "seconds": .double(seconds.sorted()[seconds.count / 2]),
      "peak_memory_mb": .double(Self.peakMemory / 1e6), "direct_fits": .int(fit?.directFits ?? 0),
    ])
  }

  /// The most memory this process has had at a time, in bytes; 0 where the system does not say.
  private static var peakMemory: Double {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first).flatMap { Double($0) }.map { $0 * 1024 }
      ?? 0
  }
}
