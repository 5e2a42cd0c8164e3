/// A process that works on a store, so that others can tell whether it still does.
import Foundation

package struct Worker: Sendable, Hashable {
  /// "NAMESPACE PID START": as the kernel names the process; another process with its number began at
  /// another time.
  let name: String

  /// This process, or another part of it: claims of one are not the other's.
  ///
  /// - Parameter part: tells parts of a process apart.
  package init(part: String = UUID().uuidString) {
    let pid = getpid()
    name = "\(Self.namespace ?? "-") \(pid) \(Self.start(of: pid) ?? "-") \(part)"
  }

  init(name: String) { self.name = name }

  /// Whether it has ended for sure; of a process that cannot be seen from here nobody knows.
  var hasEnded: Bool {
    let parts = name.split(separator: " ").map(String.init)
    guard parts.count == 4, let own = Self.namespace, parts[0] == own, let pid = pid_t(parts[1]),
      parts[2] != "-"
    else { return false }
    return Self.start(of: pid) != parts[2]
  }

  /// Processes see each other by their numbers only within one of these, on one boot of one machine.
  private static let namespace: String? = {
    guard
      let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid"),
      let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    else { return nil }
    return (boot + link).filter { !$0.isWhitespace }
  }()

  /// When a process began, in the kernel's ticks; nil for one that has ended.
  private static func start(of pid: pid_t) -> String? {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      // The command's name is in brackets and may hold anything.
      let end = stat.lastIndex(of: ")")
    else { return nil }
    // From the third field on: the state; the start is the 22nd (proc(5)).
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, !["Z", "X"].contains(fields[0]) else { return nil }
    return String(fields[19])
  }
}
