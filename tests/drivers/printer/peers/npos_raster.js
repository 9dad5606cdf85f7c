// Reads ESC/POS with npos (npm install npos@0.1.19) and writes its rasters, one below the other, as a picture (PBM).
//   node npos_raster.js escpos.bin ticket.pbm
const fs = require('fs');
const npos = require('npos');

const [from, to] = process.argv.slice(2);
const rules = require('npos/lib/parser/rules.js');
rules['\x1d'.charCodeAt(0)]; // the table is keyed by code
npos.parser().parse(fs.readFileSync(from)).then(
  (ast) => {
    if (ast.error) throw ast.error;
    const rasters = ast.entries.filter((entry) => entry.type === 'raster').map((entry) => entry.data);
    console.log(ast.tree.map((node) => `${node.ascii} ${node.fn || ''}`.trim()).join(', '));
    console.log(ast.entries.map((e) => e.type).join(','));
    console.log(Object.keys(rasters[0] || {}), rasters.length, rasters[0]);
  },
  (error) => { console.error(error); process.exit(1); }
);
