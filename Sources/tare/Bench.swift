/// `tare bench`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures speed on this machine beside its arithmetic limit.",
    discussion: """
      Example: tare bench --model model.gguf

      The limit is the faster of Tare's own kernels and OpenBLAS, where it is installed, in large \
      matrix products. Only figures of one sitting can be compared: other work on the machine slows \
      all of them.
      """)

  @Option(help: "The model: a folder or a .gguf file (default: the machine alone).")
  var model: String?
  @Option(
    parsing: .singleValue,
    help: "float32, bfloat16 or int8; may be repeated (default: all three).")
  var precision: [String] = []
  @Option(help: "Threads (default: one for each core).")
  var threads: Int?
  @Option(help: "Measure an exact LOWESS of this many points instead, on one thread; prints JSON.")
  var lowess: Int?
  @Option(help: "Measure a store on disk with this many scores instead; prints JSON.")
  var store: Int?
  @Option(help: .hidden)
  var lowessFitted: String?
  @Flag(help: "Print the figures as JSON.")
  var json = false

  func run() throws {
    if let lowess {
      return try Output.print(Pipeline().benchLowess(points: lowess, fittedTo: lowessFitted))
    }
    if let store { return try Output.print(Pipeline().benchStore(scores: store)) }
    let outcome = try Pipeline().bench(
      model: model, precisions: precision,
      threads: threads ?? Defaults.threads)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
