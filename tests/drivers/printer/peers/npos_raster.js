// Reads ESC/POS with npos and writes the picture that it finds there (PGM).
//   npm install npos@0.1.19 && node npos_raster.js escpos.bin ticket.pgm
const fs = require('fs');
const npos = require('npos');

const [from, to] = process.argv.slice(2);
npos.parser().parse(fs.readFileSync(from)).then((found) => {
  if (found.error) throw found.error;
  console.log(found.tree.map((node) => `${node.ascii} ${node.fn || ''}`.trim()).join(', '));
  const rasters = found.entries.filter((entry) => entry.type === 'raster');
  if (rasters.length !== 1) throw new Error(`${rasters.length} pictures, not one`);
  const { _width: width, _height: height, _data: grey } = rasters[0].data;
  const head = Buffer.from(`P5 ${width} ${height} 255\n`);
  fs.writeFileSync(to, Buffer.concat([head, grey]));
  console.log(`a picture of ${width} x ${height} dots`);
}).catch((fault) => {
  console.error(fault);
  process.exit(1);
});
