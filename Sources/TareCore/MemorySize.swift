/// An amount of memory as a user gives it: bytes, or a part of the machine's.
internal import Foundation

package enum MemorySize: Sendable, Hashable {
  case bytes(Int)
  /// 0 to 1 of what the process may use.
  case part(Double)

  /// - Throws: `TareError.usage` for anything but a number with B, KB, MB, GB, KiB, MiB or GiB, a
  ///   percentage, or 0.
  package init(parsing text: String) throws(TareError) {
    let accepted = "a size such as 2GB, 512MiB, 15%, or 0"
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    let unit = trimmed.drop { "0123456789.".contains($0) }
    guard let number = Double(trimmed.dropLast(unit.count)), number.isFinite else {
      throw .usage("expected \(accepted), found '\(text)'")
    }
    let name = unit.trimmingCharacters(in: .whitespaces).lowercased()
    if name == "%" {
      guard (0...90).contains(number) else {
        throw .usage("expected 0% to 90% of the memory, found '\(text)'")
      }
      self = .part(number / 100)
      return
    }
    let factors: [String: Double] = [
      "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 0x1p10, "mib": 0x1p20,
      "gib": 0x1p30, "tib": 0x1p40,
    ]
    guard let factor = name.isEmpty && number == 0 ? 1 : factors[name],
      let bytes = Int(exactly: (number * factor).rounded())
    else { throw .usage("expected \(accepted), found '\(text)'") }
    self = .bytes(bytes)
  }

  /// Bytes on this machine.
  package var bytes: Int {
    switch self {
    case .bytes(let bytes): bytes
    case .part(let part): Int(exactly: (part * Double(Self.whole)).rounded()) ?? 0
    }
  }

  /// The machine's memory, or what a control group leaves of it.
  package static var whole: UInt64 {
    let machine = ProcessInfo.processInfo.physicalMemory
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
      .compactMap { path in
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
          UInt64($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
      }
    return limits.reduce(machine, min)
  }
}
