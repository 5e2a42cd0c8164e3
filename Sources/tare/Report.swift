/// `tare report`.
internal import ArgumentParser
internal import TarePipeline

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a report on runs as one HTML file that needs nothing else.",
    discussion: "Example: tare report --store tare.sqlite --run first --output report.html")

  @Option(help: "The store.")
  var store: String
  @Option(name: .customLong("run"), help: "Runs in the order of the page (default: all).")
  var runNames: [String] = []
  @Option(name: .shortAndLong, help: "The HTML file.")
  var output = "report.html"
  @Option(help: "Resamples of the bootstrap.")
  var bootstrap = 10_000
  @Option(help: "Seed of the bootstrap.")
  var seed: UInt64 = 1

  func run() throws {
    var request = ReportRequest(store: store, output: output)
    request.runs = runNames
    request.bootstrap = bootstrap
    request.seed = seed
    try Pipeline().report(request)
    try Terminal.tell("wrote \(output)", onStandardOutput: true)
  }
}
