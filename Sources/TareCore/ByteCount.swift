/// Numbers of bytes for people.

extension Int {
  /// "17 bytes", "312 MB", "1.2 GB": decimal units, as hubs and disks are labelled.
  package var bytesText: String {
    guard self >= 1000 else { return self == 1 ? "1 byte" : "\(self) bytes" }
    var value = Double(self)
    var unit = ""
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] where value >= 999.5 || unit.isEmpty {
      value /= 1000
      unit = next
    }
    guard value < 9.95 else { return "\(Int(value.rounded())) \(unit)" }
    return "\((value * 10).rounded() / 10) \(unit)"
  }
}
