// swift-tools-version: 6.2
// Two programs that use Tare as a library.
import PackageDescription

let package = Package(
  name: "tare-examples",
  // Elsewhere: .package(url: "https://…/tare", from: "0.1.0")
  dependencies: [.package(name: "tare", path: "../..")],
  targets: [
    .executableTarget(
      name: "lengths",
      dependencies: [
        .product(name: "TareNumerics", package: "tare"),
        .product(name: "TareCalibration", package: "tare"),
        .product(name: "TareEvaluation", package: "tare"),
      ]),
    .executableTarget(
      name: "reward", dependencies: [.product(name: "TareScoring", package: "tare")]),
  ]
)
