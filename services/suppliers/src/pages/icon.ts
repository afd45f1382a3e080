/** A coffee cup for the browser's tab. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#4b2e1e"/><path d="M7 12h15v7a6 6 0 0 1-6 6h-3a6 6 0 0 1-6-6z" fill="#f6ede4"/><path d="M22 14h1.5a3.5 3.5 0 0 1 0 7H22" fill="none" stroke="#f6ede4" stroke-width="2"/><path d="M11 9c0-2 2-2 2-4m4 4c0-2 2-2 2-4" fill="none" stroke="#d9a066" stroke-width="1.6" stroke-linecap="round"/></svg>
`;
