/// The system's Python.
import Foundation

enum Python {
  /// Whether there is a python3.
  static let isAvailable: Bool = {
    let arguments = ["python3", "-c", ""]
    guard let python = try? Process.run(URL(filePath: "/usr/bin/env"), arguments: arguments) else {
      return false
    }
    python.waitUntilExit()
    return python.terminationStatus == 0
  }()
}
