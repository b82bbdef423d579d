// What the developer tools would only say when they open the project. Prints each problem; exit code 1 when there is one.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..');
const problems = [];

const project = readJson('project.config.json');
const app = readJson('miniprogram/app.json');

if (!/^(touristappid|wx[0-9a-f]{16})$/.test(project?.appid ?? '')) {
  problems.push('project.config.json: appid is neither touristappid nor wx and 16 hex digits');
}
if (project?.miniprogramRoot !== 'miniprogram/') {
  problems.push('project.config.json: miniprogramRoot is not miniprogram/');
}
if (!project?.setting?.useCompilerPlugins?.includes('typescript')) {
  problems.push('project.config.json: setting.useCompilerPlugins lacks typescript');
}
if (project?.setting?.urlCheck !== true) {
  problems.push('project.config.json: setting.urlCheck belongs into project.private.config.json');
}
if (!ignored().includes('project.private.config.json')) {
  problems.push('.gitignore: project.private.config.json is missing');
}

const pages = [...(app?.pages ?? []), ...(app?.subPackages ?? []).flatMap(pagesOf)];
if (pages.length === 0) problems.push('miniprogram/app.json: pages is empty');
for (const page of pages) {
  for (const extension of ['ts', 'json', 'wxml', 'wxss']) {
    const file = `miniprogram/${page}.${extension}`;
    if (!existsSync(join(root, file))) problems.push(`${file} is missing`);
    else if (extension === 'json') readJson(file);
  }
}
for (const { pagePath } of app?.tabBar?.list ?? []) {
  if (!pages.includes(pagePath)) problems.push(`miniprogram/app.json: tabBar leads to ${pagePath}`);
}
const sitemap = readJson(`miniprogram/${app?.sitemapLocation ?? 'sitemap.json'}`);
if (!Array.isArray(sitemap?.rules)) problems.push('sitemap.json: rules is missing');

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function readJson(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8'));
  } catch (error) {
    problems.push(`${file}: ${error.message}`);
    return undefined;
  }
}

function pagesOf({ root: folder, pages: names }) {
  return names.map((name) => `${folder.replace(/\/$/, '')}/${name}`);
}

function ignored() {
  const file = join(root, '.gitignore');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}
