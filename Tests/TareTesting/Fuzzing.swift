/// Changes bytes at random and gives them to a reader, which must read or refuse them: never a trap,
/// never an error that is not a `TareError`, never for long.
internal import Foundation
internal import Synchronization
internal import TareCore

/// One reader under fuzz, with what its inputs begin as.
///
/// The search is guided by what the reader says: an input that draws a message never seen before, or
/// is read for the first time, becomes a seed itself.
///
/// By default so many rounds are run, always the same, or three seconds of them. `make fuzz` sets FUZZ_TARGET_SECONDS, the time for
/// each target, FUZZ_SEED and FUZZ_FOLDER: there the input that is being read lies in NAME.input, so
/// that it is there after a crash, and counts are written to NAME.json.
package struct FuzzTarget: Sendable, CustomStringConvertible {
  package let name: String
  private let seeds: [[UInt8]]
  private let words: [[UInt8]]
  private let rounds: Int
  private let slowest: Double
  private let read: @Sendable ([UInt8]) async throws -> Void

  package var description: String { name }

  /// - Parameters:
  ///   - words: what is put into inputs at random places, besides what all have.
  ///   - rounds: without FUZZ_TARGET_SECONDS.
  ///   - slowest: seconds of processor time that an input may take, in a release build.
  ///   - read: throws `TareError` for what it refuses.
  package init(
    _ name: String, seeds: [[UInt8]], words: [String] = [], rounds: Int = 2000,
    slowest: Double = 5, _ read: @escaping @Sendable ([UInt8]) async throws -> Void
  ) {
    self.name = name
    self.seeds = seeds
    self.words = words.map { Array($0.utf8) } + Self.commonWords
    self.rounds = rounds
    self.slowest = slowest
    self.read = read
  }

  package struct Outcome: Sendable {
    package var runs = 0
    package var isRead = 0
    package var refused = 0
    /// Different messages, numbers and quoted parts aside.
    package var kinds = 0
    /// What must not be.
    package var faults: [String] = []
  }

  private static let environment = ProcessInfo.processInfo.environment

  /// Runs until the rounds, or the time, are up; seeds as they are come first.
  package func run() async throws -> Outcome {
    let seconds = Self.environment["FUZZ_TARGET_SECONDS"].flatMap { Double($0) }
    let seed = Self.environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    let kept = try Self.environment["FUZZ_FOLDER"].map { try CurrentInput($0, name) }
    var random = Xoshiro256(seed: name.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
    var corpus = seeds
    var kinds: Set<String> = []
    var outcome = Outcome()
    let start = ContinuousClock.now
    while outcome.faults.count < 5 {
      if let seconds {
        if outcome.runs >= seeds.count, (ContinuousClock.now - start) / .seconds(1) > seconds {
          break
        }
      } else if outcome.runs >= seeds.count + rounds
        || (outcome.runs >= seeds.count && ContinuousClock.now - start > .seconds(3))
      {
        break
      }
      let input =
        outcome.runs < seeds.count
        ? seeds[outcome.runs] : changed(corpus, &random)
      kept?.set(input)
      let kind = await kind(of: input, &outcome)
      outcome.runs += 1
      if kinds.insert(kind).inserted, corpus.count < 2000, input.count < 1 << 16 {
        corpus.append(input)
      }
    }
    outcome.kinds = kinds.count
    try kept?.finish(outcome)
    return outcome
  }

  private func kind(of input: [UInt8], _ outcome: inout Outcome) async -> String {
    let start = (Self.processorTime, ContinuousClock.now)
    let kind: String
    do {
      try await read(input)
      outcome.isRead += 1
      kind = "read"
    } catch let error as TareError {
      outcome.refused += 1
      kind = Self.withoutValues(error.description)
      if error.exitCode == 70 { fault(&outcome, "\(error)", input) }
    } catch {
      kind = "\(error)"
      fault(&outcome, "an error that is none of Tare's: \(error)", input)
    }
    // What is awaited may go on in another thread, which has a time of its own.
    let used = min(Self.processorTime - start.0, (ContinuousClock.now - start.1) / .seconds(1))
    if used > slowest { fault(&outcome, "\(used) seconds", input) }
    return kind
  }

  private func fault(_ outcome: inout Outcome, _ what: String, _ input: [UInt8]) {
    outcome.faults.append("\(name): \(what): \(Data(input.prefix(4096)).base64EncodedString())")
  }

  /// Of the thread.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// A message without its numbers and quoted parts.
  private static func withoutValues(_ message: String) -> String {
    var kind = ""
    var isQuoted = false
    for scalar in message.unicodeScalars.prefix(400) {
      if scalar == "'" { isQuoted.toggle() }
      guard !isQuoted, !("0"..."9").contains(scalar) else { continue }
      kind.unicodeScalars.append(scalar)
    }
    return kind
  }

  // MARK: - Changes

  private static let commonWords: [[UInt8]] =
    [
      "", "\"", "'", ",", ";", "\n", "\r", "\t", "{", "}", "[", "]", ":", "(", ")", "null", "true",
      "NaN", "Infinity", "-", "1e999", "-1", "0", "9223372036854775807", "9223372036854775808",
      "-9223372036854775808", "18446744073709551615", "0.1", "1e-320", "\u{e9}", "e\u{301}",
      "\u{10FFFF}", "\\u0000", "\\ud800", "{}", "[]", "\"\"",
    ].map { Array($0.utf8) } + [
      [0], [0xFF], [0xFE], [0xD8], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80],
      [UInt8](repeating: 0xFF, count: 8), [UInt8](repeating: 0, count: 8),
      [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0, 0, 0, 0, 0, 0, 0, 0x40],
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
    ]

  private func changed(_ corpus: [[UInt8]], _ random: inout Xoshiro256) -> [UInt8] {
    var bytes = corpus[random.next(below: corpus.count)]
    for _ in 0...random.next(below: 5) { change(&bytes, corpus, &random) }
    return bytes.count > 1 << 18 ? Array(bytes.prefix(1 << 18)) : bytes
  }

  private func change(_ bytes: inout [UInt8], _ corpus: [[UInt8]], _ random: inout Xoshiro256) {
    guard !bytes.isEmpty else {
      bytes = words[random.next(below: words.count)]
      return
    }
    let place = random.next(below: bytes.count)
    let end = min(bytes.count, place + 1 + random.next(below: 40))
    switch random.next(below: 9) {
    case 0: bytes[place] ^= 1 << UInt8(random.next(below: 8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 2: bytes.insert(contentsOf: words[random.next(below: words.count)], at: place)
    case 3: bytes.replaceSubrange(place..<end, with: words[random.next(below: words.count)])
    case 4: bytes.removeSubrange(place..<end)
    case 5: bytes.removeSubrange(place...)
    case 6: bytes.insert(contentsOf: bytes[place..<end], at: random.next(below: bytes.count))
    case 7:
      // The end of another input.
      let other = corpus[random.next(below: corpus.count)]
      guard !other.isEmpty else { return }
      bytes.replaceSubrange(place..., with: other[random.next(below: other.count)...])
    default:
      let count = [2, 10, 300][random.next(below: 3)]
      let part = Array(bytes[place..<min(end, place + 8)])
      bytes.insert(contentsOf: repeatElement(part, count: count).joined(), at: place)
    }
  }
}

/// The input that is being read, in a file that outlives the program, and the counts at the end.
private final class CurrentInput {
  private let folder: URL
  private let name: String
  private let room: UnsafeMutableRawPointer
  private static let size = 1 << 19

  init(_ folder: String, _ name: String) throws {
    self.folder = URL(filePath: folder)
    self.name = name
    try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
    let path = self.folder.appending(path: "\(name).input").path
    let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0, ftruncate(file, off_t(Self.size)) == 0,
      let room = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      room != MAP_FAILED
    else { throw TareError.fault("\(path) cannot be written") }
    close(file)
    self.room = room
  }

  deinit { munmap(room, Self.size) }

  /// The length in 8 bytes, then the input.
  func set(_ input: [UInt8]) {
    let count = min(input.count, Self.size - 8)
    room.storeBytes(of: UInt64(count).littleEndian, as: UInt64.self)
    input.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { (room + 8).copyMemory(from: start, byteCount: count) }
    }
  }

  func finish(_ outcome: FuzzTarget.Outcome) throws {
    let value: JSONValue = [
      "target": .string(name), "runs": .int(outcome.runs), "read": .int(outcome.isRead),
      "refused": .int(outcome.refused), "kinds": .int(outcome.kinds),
      "faults": .array(outcome.faults.map { .string($0) }),
    ]
    try Data(value.text().utf8).write(to: folder.appending(path: "\(name).json"))
    if outcome.faults.isEmpty {
      try FileManager.default.removeItem(at: folder.appending(path: "\(name).input"))
    }
  }
}
